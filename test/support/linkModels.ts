import type { Clock } from '../../src/base/clock';
import type { Link, LinkAddress } from '../../src/links/link';
import { createMemoryDuplex } from '../../src/links/memoryDuplex';
import { VescError } from '../../src/base/errors';
import type { PortName, SimulatedController } from '../../src/simulator/simulatedController';
import { frameCount } from '../../src/simulator/canBus';

/** A kind of link as far as its speed goes; everything else about it is the simulated controller's own. */
export interface LinkModel {
  readonly name: string;
  readonly address: LinkAddress;
  readonly port: PortName;
  /** How long every piece is under way, each way. */
  readonly latency_ms: number;
  /** How long a byte occupies the line, each way. */
  readonly byte_ms: number;
}

const tcp = (latency_ms: number): LinkModel => ({
  name: `TCP, ${latency_ms} ms each way`,
  address: { kind: 'tcp', host: `modelled-${latency_ms}`, port: 65_102 },
  port: 'usb',
  latency_ms,
  byte_ms: 0,
});

/** 115200 baud, 8N1: ten bits a byte. */
const UART_BYTE_MS = 10_000 / 115_200;

/** The links an upload is measured over. CAN nodes are reached through `usb` with a CAN id. */
export const LINK_MODELS = {
  usb: {
    name: 'USB, 1 ms each way',
    address: { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 },
    port: 'usb',
    latency_ms: 1,
    byte_ms: 0,
  },
  tcp10: tcp(10),
  tcp50: tcp(50),
  uart: {
    name: 'UART, 115200 baud',
    address: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 115_200 },
    port: 'uart',
    latency_ms: 0,
    byte_ms: UART_BYTE_MS,
  },
} as const satisfies Record<string, LinkModel>;

/**
 * Plugs a host into `controller` through a link as `model` describes it. For real flash and CAN times the controller
 * has to live at speed 1 on the same clock.
 * @throws VescError `port-busy` while the port is not there or taken
 */
export function connectThrough(model: LinkModel, controller: SimulatedController, clock: Clock): Link {
  const { link, device } = createMemoryDuplex(model.address, clock, model);
  if (!controller.plug(device, model.port)) throw new VescError('port-busy', { path: model.name });
  return link;
}

/** The chip programs a byte in 16 µs and erases a sector of the staging area in 1 s (facts 14). */
const PROGRAM_MS_PER_BYTE = 0.016;
const ERASE_MS = 1000;
const SECTOR_B = 131_072;
/** An 8-byte extended frame at 500 kbit/s. */
const CAN_FRAME_MS = 0.26;
const FRAME_OVERHEAD_B = 6;
const WRITE_HEADER_B = 5;
const ACKNOWLEDGEMENT_B = 11;

/** No link can be faster than this: what the chip needs to erase for `staged_B` bytes and to program them. */
export function flashFloor_ms(staged_B: number): { readonly erase: number; readonly program: number } {
  return { erase: Math.ceil(staged_B / SECTOR_B) * ERASE_MS, program: staged_B * PROGRAM_MS_PER_BYTE };
}

/**
 * What a serial line at `byte_ms` needs for `staged_B` bytes when one write of `chunk_B` is under way at a time, as
 * has to be where the chip hears nothing while it programs.
 */
export function uartLimit_ms(staged_B: number, chunk_B: number, byte_ms: number): number {
  const writes = Math.ceil(staged_B / chunk_B);
  const overhead_B = FRAME_OVERHEAD_B + WRITE_HEADER_B + ACKNOWLEDGEMENT_B;
  return (staged_B + writes * overhead_B) * byte_ms + staged_B * PROGRAM_MS_PER_BYTE;
}

/** How long the CAN bus is busy with a write of `chunk_B` to a node and its acknowledgement. */
export function canWrite_ms(chunk_B: number): number {
  return (frameCount(WRITE_HEADER_B + chunk_B) + 1) * CAN_FRAME_MS;
}
