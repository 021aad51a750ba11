import { isVescError, VescError } from '../base/errors';
import { FLASH_ADDRESS, FLASH_SIZE } from '../image/flashMap';
import type { Endpoint } from '../links/endpoint';
import { formatLinkAddress } from '../links/linkAddress';
import type { SessionPool } from '../links/sessionPool';
import { toHex } from '../protocol/bytes';
import { fwVersion } from '../protocol/messages/identity';
import {
  MAX_SWD_READ,
  swdConnect,
  swdDisconnect,
  swdEraseFlash,
  swdMapPinsDefault,
  swdReadMemory,
  swdReboot,
  swdTargets,
  swdWriteFlash,
} from '../protocol/messages/swd';
import type { Request } from '../protocol/request';
import type { UpdateTarget } from '../update/updater';
import { isUnreachable } from '../update/upload';
import {
  type Chip,
  type ChipFacts,
  type FlashPart,
  type OnFraction,
  OPTION_CONTROL_ADDRESS,
  type ProgramHooks,
  type Programmer,
  protectionOf,
  UNIQUE_ID_ADDRESS,
  UNIQUE_ID_SIZE,
} from './programmer';

/** The pieces and patience of VESC Tool (facts 2.9); whole words, because the programmer writes words. */
const WRITE_PIECE = 400;
const READ_PIECE = MAX_SWD_READ & ~3;
const PIECE = { timeout_ms: 3000, attempts: 3 } as const;
const ERASE = { timeout_ms: 20_000 } as const;
const CONNECT = { timeout_ms: 5000, attempts: 2 } as const;
const IDENTIFY = { timeout_ms: 1000, attempts: 3 } as const;
const OK = 1;
/** The result of BM_CONNECT for an STM32F405, and its failures (facts 2.9). */
const STM32F40X = 1;
const NOTHING = -1;

/** Another motor controller as a programmer: every VESC has one built in (facts 2.9, 3.7 G). */
export class ControllerProgrammer implements Programmer {
  readonly name: string;

  /** @param target the controller whose SWD pins are wired to the dead one */
  constructor(
    private readonly pool: SessionPool,
    private readonly target: UpdateTarget,
  ) {
    const { address, canId } = target;
    this.name = `the controller at ${formatLinkAddress(address)}${canId === undefined ? '' : `, CAN id ${canId}`}`;
  }

  async connect(signal: AbortSignal): Promise<Chip> {
    const { address, canId } = this.target;
    const lease = await this.pool.acquire(address, signal);
    let chip: ChipAtController | undefined;
    try {
      const claim = lease.session.claim('it programs another controller');
      const endpoint = claim.endpoint(canId);
      chip = new ChipAtController(endpoint, () => {
        claim.dispose();
        lease.dispose();
      });
      await this.takeHold(endpoint, signal);
      chip.facts = await readFacts(endpoint);
      return chip;
    } catch (error) {
      if (chip) await chip.release();
      else lease.dispose();
      throw error;
    }
  }

  private async takeHold(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    const version = await endpoint.request(fwVersion(), { ...IDENTIFY, signal });
    const { hardware } = version;
    const noProgrammer = new VescError('swd-not-a-programmer', { hardware });
    if (version.hardwareType !== 'vesc') throw noProgrammer;
    const ask = (request: Request<number>): Promise<number> =>
      endpoint.request(request, { ...CONNECT, signal }).catch((error: unknown) => {
        // It answered just now: what it does not answer is a command it does not have.
        throw isVescError(error, 'no-answer') || isVescError(error, 'can-node-silent') ? noProgrammer : error;
      });
    if ((await ask(swdMapPinsDefault())) !== OK) throw noProgrammer;
    const found = await ask(swdConnect());
    if (found === STM32F40X) return;
    if (found === NOTHING) throw new VescError('swd-no-target', { via: this.name });
    const chip = swdTargets[found];
    throw chip === undefined
      ? new VescError('swd-unknown-chip', { via: this.name })
      : new VescError('swd-wrong-chip', { found: `an ${chip}` });
  }
}

async function readFacts(endpoint: Endpoint): Promise<ChipFacts> {
  const read = async (address: number, length: number): Promise<Uint8Array> => {
    const { result, data } = await endpoint.request(swdReadMemory(address, length), PIECE);
    if (result !== OK || data.length !== length) {
      throw new VescError('swd-no-target', { via: 'the programmer, now that it is to be read' });
    }
    return data;
  };
  const uuid = toHex(await read(UNIQUE_ID_ADDRESS, UNIQUE_ID_SIZE));
  const options = await read(OPTION_CONTROL_ADDRESS, 4);
  return {
    uuid,
    protection: protectionOf(new DataView(options.buffer, options.byteOffset).getUint32(0, true)),
  };
}

class ChipAtController implements Chip {
  readonly erasesAll = true;
  facts!: ChipFacts;
  private isHeld = true;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly close: () => void,
  ) {}

  async readFlash(onFraction: OnFraction, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const content = new Uint8Array(FLASH_SIZE);
    for (let offset = 0; offset < content.length; offset += READ_PIECE) {
      onFraction(offset / content.length);
      const length = Math.min(READ_PIECE, content.length - offset);
      const piece = await this.endpoint.request(swdReadMemory(FLASH_ADDRESS + offset, length), {
        ...PIECE,
        signal,
      });
      if (piece.result !== OK || piece.data.length !== length) return undefined;
      content.set(piece.data, offset);
    }
    return content;
  }

  async program(parts: readonly FlashPart[], hooks: ProgramHooks): Promise<void> {
    await hooks.onStart();
    try {
      hooks.onErase(0);
      const erased = await this.endpoint.request(swdEraseFlash(), ERASE);
      if (erased !== OK) throw new VescError('swd-erase-failed', { reason: reasonOf(erased) });
      await this.eachPiece(parts, WRITE_PIECE, hooks.onWrite, (address, bytes) => this.write(address, bytes));
      await this.eachPiece(parts, READ_PIECE, hooks.onVerify, (address, bytes) =>
        this.verify(address, bytes),
      );
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      throw new VescError('swd-interrupted', { reason: (error as VescError).happened }, { cause: error });
    }
  }

  async restart(): Promise<void> {
    const result = await this.endpoint.request(swdReboot(), PIECE).catch((error: unknown) => {
      if (!isUnreachable(error)) throw error;
      throw new VescError('swd-interrupted', { reason: (error as VescError).happened }, { cause: error });
    });
    if (result !== OK) throw new VescError('swd-interrupted', { reason: reasonOf(result) });
    await this.release();
  }

  async release(): Promise<void> {
    if (!this.isHeld) return;
    this.isHeld = false;
    await this.endpoint.request(swdDisconnect(), IDENTIFY).catch(() => undefined);
    this.close();
  }

  private async eachPiece(
    parts: readonly FlashPart[],
    size_B: number,
    onFraction: OnFraction,
    work: (address: number, bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const total = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    let done = 0;
    for (const { address, bytes } of parts) {
      for (let offset = 0; offset < bytes.length; offset += size_B) {
        onFraction(done / total);
        const piece = bytes.subarray(offset, offset + size_B);
        await work(address + offset, piece);
        done += piece.length;
      }
    }
    onFraction(1);
  }

  /** Erased flash reads 0xFF, and need not be written to do so. */
  private async write(address: number, bytes: Uint8Array): Promise<void> {
    if (bytes.every((byte) => byte === 0xff)) return;
    const result = await this.endpoint.request(swdWriteFlash(address, bytes), PIECE);
    if (result !== OK) throw new VescError('swd-write-failed', { address, reason: reasonOf(result) });
  }

  private async verify(address: number, bytes: Uint8Array): Promise<void> {
    const { result, data } = await this.endpoint.request(swdReadMemory(address, bytes.length), PIECE);
    if (result !== OK) throw new VescError('swd-interrupted', { reason: reasonOf(result) });
    const wrong = bytes.findIndex((byte, at) => byte !== data[at]);
    if (wrong >= 0) throw new VescError('swd-verify-failed', { address: address + wrong });
  }
}

/** What the programmer means by its results (facts 2.9). */
function reasonOf(result: number): string {
  return result === NOTHING
    ? 'the programmer has lost the connection to the chip.'
    : 'the chip did not do it; it may have lost its power.';
}
