import { posix, win32 } from 'node:path';
import { type ErrorCode, isVescError, VescError } from '../../base/errors';
import { FLASH_SIZE } from '../../image/flashMap';
import { toHex } from '../../protocol/bytes';
import { unwritable } from '../../update/updateRecord';
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
} from '../programmer';
import { type Adapter, ADAPTERS } from './adapters';
import { openOcdFailure } from './failure';
import { findOpenOcd, type OpenOcd, type OpenOcdHost } from './locate';
import {
  backupScript,
  DEVICE_ID_ADDRESS,
  dumpFiles,
  type HoldMode,
  identifyScript,
  openOcdArguments,
  programScript,
  readStep,
  readWords,
  restartScript,
  type Step,
  unlockScript,
  writePieces,
} from './script';

/** The device of DBGMCU_IDCODE for STM32F405 and F407 (RM0090). */
const STM32F405_DEVICE = 0x413;
const DEVICE_MASK = 0xfff;
const PI_MODEL = '/proc/device-tree/model';
const HOLD_MODES: readonly HoldMode[] = ['under-reset', 'without-reset-line'];

export interface OpenOcdOptions {
  /** The user's choice of program; empty: search. */
  readonly setting?: string;
  /** The adapter to use; without one, the first that is plugged in. */
  readonly adapter?: Adapter;
  /** Makes an empty folder that only this user can read. */
  readonly makeScratch: () => Promise<string>;
  /** Every line that OpenOCD says, for the log. */
  readonly onLine?: (line: string) => void;
}

/** ST-Link, CMSIS-DAP, J-Link or the pins of a Raspberry Pi, by OpenOCD. */
export class OpenOcdProgrammer implements Programmer {
  private found: Adapter | undefined;

  constructor(
    private readonly host: OpenOcdHost,
    private readonly options: OpenOcdOptions,
  ) {}

  get name(): string {
    return (this.found ?? this.options.adapter)?.name ?? 'the debug adapter';
  }

  async connect(signal: AbortSignal): Promise<Chip> {
    const program = await findOpenOcd(this.host, this.options.setting);
    let missing: VescError | undefined;
    for (const adapter of await this.candidates()) {
      try {
        const chip = await this.hold(program, adapter, signal);
        this.found = adapter;
        return chip;
      } catch (error) {
        const isElsewhere = isVescError(error, 'adapter-missing') || isVescError(error, 'adapter-driver');
        if (!isElsewhere || this.options.adapter) throw error;
        missing ??= error;
      }
    }
    const names = ADAPTERS.slice(0, 3).map(({ name }) => name);
    throw new VescError('adapter-missing', { adapter: names.join(' or ') }, { cause: missing });
  }

  /** Without a choice of the user's, what can be plugged in; the pins of a Raspberry Pi only on one. */
  private async candidates(): Promise<readonly Adapter[]> {
    const { adapter } = this.options;
    if (adapter) return [adapter];
    const isPi = (await this.host.files.readText(PI_MODEL))?.includes('Raspberry Pi') === true;
    return ADAPTERS.filter(({ id }) => id !== 'raspberry-pi' || isPi);
  }

  private async hold(program: OpenOcd, adapter: Adapter, signal: AbortSignal): Promise<Chip> {
    let failed: unknown;
    for (const mode of HOLD_MODES) {
      const run = new OpenOcdRun(this.host, program, adapter, mode, this.options.onLine);
      try {
        const facts = readFacts(await run.execute(identifyScript(), { signal }));
        return new ChipAtAdapter(this.host, run, facts, await this.options.makeScratch());
      } catch (error) {
        if (isVescError(error) && OUT_OF_REACH.includes(error.code)) {
          if (error.code !== 'swd-wiring') throw error;
          failed ??= error;
          continue;
        }
        // Its processor stands still, and it is none of ours or not to be programmed after all.
        await run.letGo();
        throw error;
      }
    }
    throw failed;
  }
}

/** Nothing was done to any chip then: none was reached. */
const OUT_OF_REACH: readonly ErrorCode[] = ['adapter-missing', 'adapter-driver', 'swd-wiring'];

/** @throws VescError `swd-wrong-chip`, `openocd-failed` */
function readFacts(output: string): ChipFacts {
  const [device] = readWords(output, DEVICE_ID_ADDRESS);
  const [options] = readWords(output, OPTION_CONTROL_ADDRESS);
  const id = readWords(output, UNIQUE_ID_ADDRESS);
  if (device === undefined || options === undefined || id.length < 3) {
    throw new VescError('openocd-failed', { reason: 'the chip did not tell what it is.' });
  }
  if ((device & DEVICE_MASK) !== STM32F405_DEVICE) {
    const found = `an STM32 with device id 0x${(device & DEVICE_MASK).toString(16)}`;
    throw new VescError('swd-wrong-chip', { found });
  }
  const bytes = new Uint8Array(id.length * 4);
  id.forEach((word, index) => new DataView(bytes.buffer).setUint32(index * 4, word, true));
  return { uuid: toHex(bytes), protection: protectionOf(options) };
}

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
}

/** Runs scripts with one OpenOCD on one adapter. */
class OpenOcdRun {
  constructor(
    private readonly host: OpenOcdHost,
    private readonly program: OpenOcd,
    private readonly adapter: Adapter,
    private readonly mode: HoldMode,
    private readonly onLine: ((line: string) => void) | undefined,
  ) {}

  /**
   * Runs `script` to its end and returns all that was printed.
   * @throws VescError that tells the cause
   */
  async execute(script: readonly string[], { signal, onStep }: RunOptions = {}): Promise<string> {
    const { host, program, adapter } = this;
    signal?.throwIfAborted();
    const lines: string[] = [];
    let isAtEnd = false;
    const { status } = await host.processes.run(
      program.program,
      openOcdArguments(adapter, this.mode, script),
      {
        env: { ...host.env, LC_ALL: 'C' },
        signal,
        onLine: (line) => {
          lines.push(line);
          this.onLine?.(line);
          const step = readStep(line);
          if (step?.name === 'end') isAtEnd = true;
          else if (step) onStep?.(step);
        },
      },
    );
    signal?.throwIfAborted();
    const output = lines.join('\n');
    if (status !== 0 || !isAtEnd) throw openOcdFailure(output, adapter);
    return output;
  }

  /** Lets the processor run, whatever was done; never fails. */
  async letGo(): Promise<void> {
    await this.execute(restartScript()).catch(() => undefined);
  }
}

class ChipAtAdapter implements Chip {
  readonly erasesAll = false;
  private isHeld = true;

  constructor(
    private readonly host: OpenOcdHost,
    private readonly run: OpenOcdRun,
    readonly facts: ChipFacts,
    private readonly scratch: string,
  ) {}

  async readFlash(onFraction: OnFraction, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      await this.run.execute(backupScript(this.pathOf), {
        signal,
        onStep: ({ name, index, count }) => name === 'read' && onFraction(index / count),
      });
    } catch (error) {
      if (!isVescError(error) || signal.aborted) throw error;
      return undefined;
    }
    const content = new Uint8Array(FLASH_SIZE);
    let offset = 0;
    for (const { name } of dumpFiles()) {
      const piece = await this.host.files.readBytes(this.pathOf(name));
      if (!piece || offset + piece.length > content.length) return undefined;
      content.set(piece, offset);
      offset += piece.length;
    }
    return offset === content.length ? content : undefined;
  }

  async unlock(): Promise<void> {
    await this.run.execute(unlockScript());
  }

  async program(parts: readonly FlashPart[], hooks: ProgramHooks): Promise<void> {
    const pieces = writePieces(parts);
    for (const { name, bytes } of pieces) {
      await this.host.files.write(this.pathOf(name), bytes).catch(unwritable);
    }
    await hooks.onStart();
    const total = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const shareBefore = (index: number): number =>
      pieces.slice(0, index).reduce((sum, { bytes }) => sum + bytes.length, 0) / total;
    const tell: Readonly<Record<string, OnFraction>> = {
      erase: hooks.onErase,
      write: hooks.onWrite,
      verify: hooks.onVerify,
    };
    await this.run.execute(programScript(pieces, this.pathOf), {
      onStep: ({ name, index }) => tell[name]?.(shareBefore(index)),
    });
    hooks.onVerify(1);
  }

  async restart(): Promise<void> {
    await this.run.execute(restartScript());
    this.isHeld = false;
  }

  async release(): Promise<void> {
    if (this.isHeld) {
      this.isHeld = false;
      await this.run.letGo();
    }
    await this.host.files.remove(this.scratch).catch(() => undefined);
  }

  /** OpenOCD takes forward slashes everywhere. */
  private readonly pathOf = (name: string): string =>
    this.host.platform === 'win32'
      ? win32.join(this.scratch, name).replaceAll('\\', '/')
      : posix.join(this.scratch, name);
}
