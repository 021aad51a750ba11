import { isPhantomUart, readDeviceFiles, type PortFacts } from './deviceFiles';
import { describeHolder, findPortHolders, type PortHolder } from './portHolder';

/** A serial port of this computer. */
export interface Port {
  /** As it is opened: /dev/ttyACM0, COM5, /dev/cu.usbmodem304. */
  readonly path: string;
  readonly kind: 'usb' | 'uart' | 'unknown';
  /** Its USB identity is that of a VESC controller or a VESC Express (facts 7.1). */
  readonly likelyVesc: boolean;
  /** Four lower-case hex digits, like `productId`. */
  readonly vendorId?: string;
  readonly productId?: string;
  readonly manufacturer?: string;
  /** "304" on every VESC controller: no identity. */
  readonly serialNumber?: string;
  /** The program that has it open, as far as this user may see. */
  readonly inUseBy?: string;
}

export interface PortListDependencies {
  /** What the serial library knows; may reject: on Linux it runs udevadm, and the native module may be missing. */
  readonly list?: () => Promise<readonly PortFacts[]>;
  /** What the file system shows, which also knows what the library left out. */
  readonly deviceFiles?: () => Promise<readonly PortFacts[]>;
  readonly holders?: (paths: readonly string[]) => Promise<ReadonlyMap<string, PortHolder>>;
  readonly ownPid?: number;
}

/** For a list that is asked for often: who holds a port takes a while to find out. */
export const WITHOUT_HOLDERS: PortListDependencies = { holders: () => Promise.resolve(new Map()) };

/** The USB identity of every VESC controller (facts 7.1). */
export const CONTROLLER_USB = { vendorId: '0483', productId: '5740' };
const EXPRESS = { vendorId: '303a', productId: '1001' };
const STM32_MAKER = /^STMicroelectronics/i;
/** ST-Link programmers come from the same maker and have a serial port of their own. */
const ST_LINK = '37';
const USB_PATH = /tty(?:ACM|USB)\d+$|cu\.(?:usb|wchusb|SLAB)/i;
const UART_PATH = /(?:tty(?:S|AMA|THS|SC|mxc|O)|serial)\d+$/;

/**
 * The serial ports of this computer, the likeliest controller first. Never rejects because something is missing:
 * what cannot be asked is left out. Users may type a path that is not in the list.
 */
export async function listPorts(dependencies: PortListDependencies = {}): Promise<Port[]> {
  const {
    list = listBySerialport,
    deviceFiles = () => readDeviceFiles(process.platform),
    holders = findPortHolders,
    ownPid = process.pid,
  } = dependencies;
  const found = await Promise.all([list().catch(() => []), deviceFiles().catch(() => [])]);
  const facts = merged(found.flat());
  const heldBy = await holders([...facts.keys()]).catch(() => new Map<string, PortHolder>());
  const ranked = [...facts.values()].map((port) => ({ rank: rank(port), port }));
  ranked.sort((a, b) => a.rank - b.rank || byName(a.port.path, b.port.path));
  return ranked.map(({ port, rank }) => {
    const holder = heldBy.get(port.path);
    return {
      ...port,
      kind: kindOf(port),
      likelyVesc: rank <= LAST_LIKELY_RANK,
      ...(holder && { inUseBy: describeHolder(holder, ownPid) }),
    };
  });
}

async function listBySerialport(): Promise<readonly PortFacts[]> {
  const { SerialPort } = await import('serialport');
  return usable(await SerialPort.list());
}

/**
 * The ports of serialport's list that can be used: on macOS it names the dial-in side (`tty.`), which waits for a
 * carrier; on a Linux PC it has 32 `ttyS`, most of them not there.
 */
export async function usable(list: readonly PortFacts[], root = '/'): Promise<readonly PortFacts[]> {
  const ports: PortFacts[] = [];
  for (const port of list) {
    if (await isPhantomUart(port.path, root)) continue;
    ports.push({ ...port, path: port.path.replace(/^\/dev\/tty\./, '/dev/cu.') });
  }
  return ports;
}

type KnownFacts = Pick<Port, 'path' | 'vendorId' | 'productId' | 'manufacturer' | 'serialNumber'>;

/** One entry a path; what the first source does not know, the next may. */
function merged(all: readonly PortFacts[]): Map<string, KnownFacts> {
  const byPath = new Map<string, KnownFacts>();
  for (const { path, vendorId, productId, manufacturer, serialNumber } of all) {
    byPath.set(path, {
      path,
      ...(vendorId && { vendorId: vendorId.toLowerCase().padStart(4, '0') }),
      ...(productId && { productId: productId.toLowerCase().padStart(4, '0') }),
      ...(manufacturer && { manufacturer }),
      ...(serialNumber && { serialNumber }),
      ...byPath.get(path),
    });
  }
  return byPath;
}

const LAST_LIKELY_RANK = 2;

/** Where a port stands in the list: controllers, Express, other USB ports, and the rest. */
function rank(port: KnownFacts): number {
  const { vendorId, productId, manufacturer = '' } = port;
  if (
    productId === CONTROLLER_USB.productId &&
    (vendorId ?? CONTROLLER_USB.vendorId) === CONTROLLER_USB.vendorId
  )
    return 0;
  if (STM32_MAKER.test(manufacturer) && !productId?.startsWith(ST_LINK)) return 1;
  if (vendorId === EXPRESS.vendorId && productId === EXPRESS.productId) return LAST_LIKELY_RANK;
  return kindOf(port) === 'usb' ? 3 : 4;
}

function kindOf({ path, vendorId }: KnownFacts): Port['kind'] {
  if (vendorId !== undefined || USB_PATH.test(path)) return 'usb';
  return UART_PATH.test(path) ? 'uart' : 'unknown';
}

/** ttyACM2 before ttyACM10. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
