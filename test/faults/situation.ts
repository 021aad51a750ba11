import { FLASH_ADDRESS, SECTORS } from '../../src/image/flashMap';
import type { StagedImage } from '../../src/image/stagingHeader';
import { readImage } from '../../src/image/imageFile';
import type { Carrier } from '../../src/links/carrier';
import { ByteWriter } from '../../src/protocol/bytes';
import { crc16 } from '../../src/protocol/crc16';
import type { Firmware } from '../../src/simulator/firmware';
import type { BootloaderKind } from '../../src/simulator/options';
import { SimulatedController } from '../../src/simulator/simulatedController';
import type { UpdateRequest } from '../../src/update/updater';
import { ADDRESS, UpdateBench } from '../support/updateBench';
import { VirtualClock } from '../support/virtualClock';
import { Cable } from './cable';
import { sparseImage, stageSparsely } from './sparseImage';

/** A controller, what is known of it, and the way to it, before an update that will be disturbed. */
export interface Situation {
  readonly name: string;
  readonly bootloader: BootloaderKind;
  /** A controller whose bootloader was seen to work is not probed. */
  readonly known: boolean;
  readonly dualMotor?: boolean;
  /** The controller that is updated is the node behind the one at the cable. */
  readonly behindCan?: boolean;
  /** Writes at a time; by default as many as the link takes, which is three. */
  readonly window?: number;
  readonly carrier?: Carrier;
  /** How long everything is under way, each way. */
  readonly latency_ms?: number;
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'unknown controller', bootloader: 'current', known: false },
  { name: 'known controller', bootloader: 'current', known: true },
  { name: 'old bootloader', bootloader: 'old', known: false },
  { name: 'no bootloader', bootloader: 'none', known: false },
  { name: 'bootloader gone since', bootloader: 'none', known: true },
  {
    name: 'slow line, three writes in flight',
    bootloader: 'current',
    known: true,
    window: 3,
    latency_ms: 20,
  },
  {
    name: 'network, a window that grows',
    bootloader: 'current',
    known: true,
    carrier: 'network',
    latency_ms: 20,
  },
  { name: 'one write at a time', bootloader: 'current', known: true, window: 1 },
  { name: 'dual motor', bootloader: 'current', known: true, dualMotor: true },
  { name: 'node behind CAN', bootloader: 'current', known: true, behindCan: true },
];

const IMAGE = readImage(sparseImage(), 'sparse.bin');
const NODE_CAN_ID = 41;
const LISP = new TextEncoder().encode('(loopwhile t (sleep 1))\n'.repeat(20));
const QML = new TextEncoder().encode('Item { }\n'.repeat(60));
const staged = new Map<string, StagedImage>();

/** Staged once; the images of all runs differ in nothing but their identity, which is always the same. */
function stageOnce(app: Uint8Array): StagedImage {
  let known = staged.get('sparse');
  if (known === undefined) staged.set('sparse', (known = stageSparsely(app)));
  return known;
}

/** What a user stored on a controller. */
export interface Belongings {
  readonly mcconfs: readonly Uint8Array[];
  readonly appconf: Uint8Array;
  readonly lisp: Uint8Array;
  readonly qml: Uint8Array;
}

export function readBelongings({ settings, code, motors }: Firmware): Belongings {
  const stored = (kind: 'lisp' | 'qml'): Uint8Array => code[kind].read(0, code[kind].length)!;
  return {
    mcconfs: motors.map((_, motor) => settings.get('mcconf', motor as 0 | 1)),
    appconf: settings.get('appconf', 0),
    lisp: stored('lisp'),
    qml: stored('qml'),
  };
}

/** Flash contents are made once; they hold settings and code of a user's. */
const flashes = new Map<string, Uint8Array>();

function flashOf({ bootloader, dualMotor = false, behindCan }: Situation): Uint8Array {
  const canId = behindCan ? NODE_CAN_ID : 7;
  const key = `${bootloader} ${dualMotor} ${canId}`;
  const known = flashes.get(key);
  if (known) return known;
  const controller = new SimulatedController(
    { bootloader, dualMotor, canId, image: sparseImage({ userCommit: '' }) },
    new VirtualClock(),
  );
  const { settings } = controller.firmware!;
  for (let motor = 0; motor < (dualMotor ? 2 : 1); motor++) {
    settings.set('mcconf', motor as 0 | 1, changed(settings.get('mcconf', motor as 0 | 1), motor + 1), true);
  }
  settings.set('appconf', 0, changed(settings.get('appconf', 0), 3), true);
  const content = controller.flash.content.slice();
  store(content, 10, LISP, 0);
  store(content, 9, QML, 1);
  controller.dispose();
  flashes.set(key, content);
  return content;
}

/** The last byte of a configuration belongs to no value that anything here looks at. */
function changed(blob: Uint8Array, change: number): Uint8Array {
  const copy = new Uint8Array(blob);
  copy[copy.length - 1]! ^= change;
  return copy;
}

/** Code in its sector, behind the header the firmware checks (facts 9.1). */
function store(content: Uint8Array, sector: number, code: Uint8Array, flags: number): void {
  const checked = new ByteWriter().u16(flags).bytes(code).finish();
  const bytes = new ByteWriter().u32(code.length).u16(crc16(checked)).bytes(checked).finish();
  content.set(bytes, SECTORS[sector]!.address - FLASH_ADDRESS);
}

/** A situation brought about. */
export class Stage {
  readonly bench: UpdateBench;
  readonly cable: Cable;
  /** The controller that is updated. */
  readonly subject: SimulatedController;
  readonly belongings: Belongings;

  private constructor(readonly situation: Situation) {
    const { dualMotor = false, behindCan = false, latency_ms = 0, carrier } = situation;
    const flash = flashOf(situation);
    const options = behindCan ? { canId: 7, canNodes: [{ flash }] } : { flash, dualMotor };
    this.bench = new UpdateBench(options, {
      open: (address, controller) => this.cable.through(controller.connect(address)),
      stageImage: stageOnce,
      ...(carrier === undefined ? {} : { carrier }),
    });
    this.cable = new Cable(this.bench.clock, latency_ms);
    const { controller } = this.bench;
    this.subject = behindCan ? controller.nodes[0]! : controller;
    this.belongings = readBelongings(this.subject.firmware!);
  }

  static async set(situation: Situation): Promise<Stage> {
    const stage = new Stage(situation);
    const { memory } = stage.bench;
    if (situation.known) await memory.remember(stage.uuid, { bootloader: { state: 'proven' } });
    return stage;
  }

  get uuid(): string {
    return this.subject.firmware?.board.traits.uuid ?? this.bench.uuid;
  }

  get request(): UpdateRequest {
    const { behindCan = false, window } = this.situation;
    // Whoever lost a node scans for it.
    const canId = this.subject.firmware?.canIds[0] ?? NODE_CAN_ID;
    return {
      target: { address: ADDRESS, ...(behindCan ? { canId } : {}) },
      image: IMAGE,
      ...(window === undefined ? {} : { window }),
    };
  }

  dispose(): void {
    this.bench.dispose();
  }
}
