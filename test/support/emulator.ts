import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '../../src/base/clock';
import { Emitter } from '../../src/base/emitter';
import { Emulation } from '../../src/emulator/emulation';
import { EmulatorCore } from '../../src/emulator/emulatorCore';
import type { EmulationChannel, EmulationMessage, EmulationStart } from '../../src/emulator/messages';
import { IMAGE_LENGTH } from '../../src/image/flashMap';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';

let compiled: Promise<WebAssembly.Module> | undefined;

/** The emulator's core, compiled from its sources when it is older than they are. */
export function emulatorModule(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const script = join(__dirname, '..', '..', 'scripts', 'emulatorCore.mjs');
  const { buildEmulatorCore } = (await import(script)) as { buildEmulatorCore: () => Promise<string> };
  return WebAssembly.compile(readFileSync(await buildEmulatorCore()));
}

/** A chip with `image` at the start of its flash, just powered on. */
export async function startedCore(image: Uint8Array): Promise<EmulatorCore> {
  const core = new EmulatorCore(await emulatorModule());
  core.flash.set(image);
  core.start(new Uint8Array(12).map((_, index) => index + 1));
  return core;
}

const FIXTURES = join(__dirname, '..', 'fixtures');

/** A program of test/fixtures/emulator, compiled. @param fixtures where test/fixtures is for those who are bundled */
export function prebuiltProgram(name: 'probe' | 'motor' | 'bootloader', fixtures = FIXTURES): Uint8Array {
  return gunzipSync(readFileSync(join(fixtures, 'prebuilt', `${name}.bin.gz`)));
}

/** The probe, compiled. */
export function probeProgram(fixtures?: string): Uint8Array {
  return prebuiltProgram('probe', fixtures);
}

/** The same as an image: the length that an application has, its checksum blank; for another board if one is named. */
export function probeImage(hardware = 'probe', fixtures?: string): Uint8Array {
  const image = imageOf(probeProgram(fixtures));
  const at = Buffer.from(image.buffer).indexOf('org.vesc.probe\0', 'latin1');
  // Up to five letters: behind the name lies something else.
  image.set(Buffer.from(`org.vesc.${hardware}\0`.slice(0, 'org.vesc.probe\0'.length)), at);
  return image;
}

function imageOf(program: Uint8Array): Uint8Array {
  const image = new Uint8Array(IMAGE_LENGTH).fill(0xff);
  image.set(program);
  return image;
}

/** The bootloader of test/fixtures/emulator, compiled. */
export function probeBootloader(): Uint8Array {
  return prebuiltProgram('bootloader');
}

/** Compiles the programs of test/fixtures/emulator into `folder`: the probe's image, and the .elf for a debugger. */
export function compileProbe(folder: string): { readonly elf: string; readonly image: Uint8Array } {
  execFileSync('sh', [join(__dirname, '..', 'fixtures', 'emulator', 'build.sh'), folder]);
  const image = imageOf(readFileSync(join(folder, 'probe.bin')));
  return { elf: join(folder, 'probe.elf'), image };
}

/** Tests of the probe by number. */
export const PROBE = {
  undefinedInstruction: 0,
  busError: 1,
  hang: 2,
  windowWatchdog: 3,
  flash: 4,
  exceptions: 5,
  lockUp: 6,
  adc: 7,
  remember: 8,
  precision: 9,
  pin: 10,
} as const;

const SLICE_NS = 2_000_000n;

/** A chip that runs the probe, and whoever talks to it. */
export class ProbedCore {
  private readonly replies: Uint8Array[] = [];
  private readonly decoder = new FrameDecoder();

  constructor(readonly core: EmulatorCore) {}

  static async start(): Promise<ProbedCore> {
    const probe = new ProbedCore(await startedCore(probeProgram()));
    // Before, it does not listen yet.
    probe.run(5);
    return probe;
  }

  /** Sends a payload and runs until an answer comes, at most so long in virtual time; undefined when none does. */
  ask(payload: readonly number[], port: 'usb' | 'uart' = 'uart', limit_ms = 1500): Uint8Array | undefined {
    this.core.put(`${port}In`, encodeFrame(Uint8Array.from(payload)));
    for (let at_ms = 0; at_ms < limit_ms && this.replies.length === 0; at_ms += 2) {
      this.run(2);
      this.replies.push(...this.decoder.push(this.core.take(`${port}Out`)));
    }
    return this.replies.shift();
  }

  /** The two words that a test of the probe answers with. */
  test(number: number): readonly [number, number] {
    const reply = this.ask([0xf0, number]);
    if (reply === undefined) throw new Error(`test ${number} does not answer`);
    const view = new DataView(reply.buffer, reply.byteOffset);
    return [view.getUint32(2), view.getUint32(6)];
  }

  run(duration_ms: number): void {
    const end = this.core.now_ns + BigInt(Math.round(duration_ms * 1e6));
    while (this.core.now_ns < end && !this.core.isStopped) {
      const next = this.core.now_ns + SLICE_NS;
      this.core.run(next < end ? next : end);
    }
  }
}

/** An emulation without a worker, in the time of `clock`. */
export function localChannel(
  start: EmulationStart,
  clock: Clock,
  onEmulation: (emulation: Emulation) => void = () => {},
): EmulationChannel & { fail(reason: string): void } {
  const messages = new Emitter<EmulationMessage>();
  const failures = new Emitter<string>();
  const emulation = new Emulation(start, clock, (message) => messages.fire(message));
  onEmulation(emulation);
  emulation.run();
  return {
    post: (message) => emulation.handle(message),
    onMessage: (listener) => void messages.event(listener),
    onFailure: (listener) => void failures.event(listener),
    fail: (reason) => failures.fire(reason),
    dispose: () => emulation.dispose(),
  };
}
