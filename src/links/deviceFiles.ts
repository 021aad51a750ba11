import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What the system tells about a serial port; the same shape as serialport's own list. */
export interface PortFacts {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
}

/** Names under /dev that belong to serial ports; the numbered `ttyS` of a PC are mostly not there at all. */
const LINUX_NAMES = /^tty(?:ACM|USB|AMA|THS|SC|mxc|O)\d+$|^serial\d+$/;
const MACOS_NAMES = /^cu\./;

/**
 * Reads the serial ports from the file system, for computers without udevadm (small containers, NixOS, macOS
 * without IOKit access). USB identities come from sysfs where there is one.
 * @param root what stands for `/`; another folder in tests
 */
export async function readDeviceFiles(platform: NodeJS.Platform, root = '/'): Promise<PortFacts[]> {
  const dev = join(root, 'dev');
  const wanted = platform === 'darwin' ? MACOS_NAMES : LINUX_NAMES;
  if (platform === 'win32') return [];
  const names = await readdir(dev).catch(() => []);
  const ports = new Map<string, PortFacts>();
  for (const name of names.filter((name) => wanted.test(name)).sort()) {
    const path = join(dev, name);
    ports.set(path, { path, ...(await readUsbIdentity(root, path)) });
  }
  for (const [path, maker] of await readById(join(dev, 'serial', 'by-id'))) {
    const known = ports.get(path) ?? { path };
    const manufacturer = known.manufacturer ?? maker;
    ports.set(path, { ...known, ...(manufacturer !== undefined && { manufacturer }) });
  }
  return [...ports.values()];
}

/** The ports that udev has named by their maker, as in `usb-STMicroelectronics_ChibiOS_…-if00`. */
async function readById(folder: string): Promise<[path: string, maker: string | undefined][]> {
  const names = await readdir(folder).catch(() => []);
  const found: [string, string | undefined][] = [];
  for (const name of names.sort()) {
    const path = await realpath(join(folder, name)).catch(() => undefined);
    if (path !== undefined) found.push([path, /^usb-([^_]+)_/.exec(name)?.[1]]);
  }
  return found;
}

/** The USB device behind a tty: some folders above its own in sysfs, the first one that has an `idVendor`. */
async function readUsbIdentity(root: string, path: string): Promise<Omit<PortFacts, 'path'>> {
  const tty = join(root, 'sys', 'class', 'tty', basename(path), 'device');
  let folder = await realpath(tty).catch(() => undefined);
  for (let level = 0; folder !== undefined && level < 4; level++, folder = dirname(folder)) {
    const vendorId = await readLine(join(folder, 'idVendor'));
    if (vendorId === undefined) continue;
    return {
      vendorId,
      productId: await readLine(join(folder, 'idProduct')),
      manufacturer: await readLine(join(folder, 'manufacturer')),
      serialNumber: await readLine(join(folder, 'serial')),
    };
  }
  return {};
}

/** True for a port that Linux made a file for although there is no chip behind it. */
export async function isPhantomUart(path: string, root = '/'): Promise<boolean> {
  if (!/^ttyS\d+$/.test(basename(path))) return false;
  return (await readLine(join(root, 'sys', 'class', 'tty', basename(path), 'type'))) === '0';
}

async function readLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}
