import assert from 'node:assert/strict';
import { sleep } from '../../src/base/clock';
import { isVescError, type VescError } from '../../src/base/errors';
import { APP_ADDRESS, BOOTLOADER_ADDRESS, CRC_INFO_OFFSET, CRC_INFO_SIZE } from '../../src/image/flashMap';
import type { FrameFate, LineFrame } from '../../src/simulator/interference';
import type { Phase } from '../../src/simulator/simulatedController';
import type { UpdateResult, UpdateStage, Verdict } from '../../src/update/verdict';
import { readBelongings, type Situation, Stage } from './situation';

/** A place in an update where something can go wrong. */
export type Site = FrameSite | OperationSite;

export interface FrameSite {
  readonly kind: 'frame';
  readonly direction: LineFrame['direction'];
  readonly index: number;
  /** The first byte of its payload. */
  readonly command: number;
  readonly phase: Phase;
  readonly stage: UpdateStage | 'end';
}

/** An erase or a program call of the controller that is updated. */
export interface OperationSite {
  readonly kind: 'operation';
  readonly operation: 'erase' | 'program';
  readonly index: number;
  readonly address: number;
  readonly phase: Phase;
  readonly stage: UpdateStage | 'end';
}

/** What goes wrong there. */
export interface Disturbance {
  readonly name: string;
  readonly at: Site['kind'];
  /** Only frames from the controller: what comes in between them can only be seen by the host. */
  readonly inbound?: true;
  readonly fate?: FrameFate;
  readonly noise?: Uint8Array;
  /** The power is cut, and given back after so long. */
  readonly powerBack_ms?: number;
  /** An update with a bootloader that works is not to fail from this. */
  readonly harmless: boolean;
}

/** Starts like a frame of 3840 bytes and ends soon after: a parser that waits for the rest misses what follows. */
export const TRUNCATED = Uint8Array.of(3, 0x0f, 0x00, 0x00, 0x54, 0x02, 0x05);
export const NOISE = Uint8Array.from({ length: 64 }, (_, at) => (at * 151 + 7) & 0xff);

export const DISTURBANCES: readonly Disturbance[] = [
  { name: 'frame lost', at: 'frame', fate: 'drop', harmless: true },
  { name: 'frame with a bad CRC', at: 'frame', fate: 'corrupt', harmless: true },
  { name: 'frame doubled', at: 'frame', fate: 'duplicate', harmless: true },
  { name: 'frame 0.7 s late', at: 'frame', fate: { delay_ms: 700 }, harmless: true },
  { name: 'frame 5 s late', at: 'frame', fate: { delay_ms: 5000 }, harmless: true },
  { name: 'noise before a reply', at: 'frame', inbound: true, noise: NOISE, harmless: true },
  {
    name: 'truncated long frame before a reply',
    at: 'frame',
    inbound: true,
    noise: TRUNCATED,
    harmless: true,
  },
  { name: 'cable pulled', at: 'frame', fate: 'unplug', harmless: false },
  { name: 'power cut at a frame, back after 1 s', at: 'frame', powerBack_ms: 1000, harmless: false },
  {
    name: 'power cut in a flash operation, back after 1 s',
    at: 'operation',
    powerBack_ms: 1000,
    harmless: false,
  },
  {
    name: 'power cut in a flash operation, back after 120 s',
    at: 'operation',
    powerBack_ms: 120_000,
    harmless: false,
  },
];

/** How a disturbed update ended, and what was left of the controller. */
export interface Outcome {
  /** `unreachable`: nobody had answered yet, and there is no verdict. */
  readonly verdict: Verdict | 'unreachable';
  readonly error?: string;
  /** What runs when all has settled; `nothing`: only a programmer helps. */
  readonly runs: 'old' | 'new' | 'nothing';
  /** What flashing again came to. */
  readonly again?: Verdict;
}

/** No update and no power cut here takes longer. */
const LIMIT_MS = 15 * 60_000;
/** Within this after the deadline of the update, its `lost` and a return may cross. */
const CROSSING_MS = 2000;

/** Every frame and every flash operation of the undisturbed update. */
export async function sitesOf(situation: Situation): Promise<Site[]> {
  const stage = await Stage.set(situation);
  const sites: Site[] = [];
  let at: Site['stage'] = 'identify';
  const { subject } = stage;
  stage.bench.controller.interference = ({ direction, index, payload }) => {
    const { phase } = subject;
    sites.push({ kind: 'frame', direction, index, command: payload[0]!, phase, stage: at });
    return undefined;
  };
  subject.flash.onOperation(({ index, kind, address }) => {
    sites.push({ kind: 'operation', operation: kind, index, address, phase: subject.phase, stage: at });
  });
  await flash(stage, (progress) => (at = progress));
  stage.dispose();
  return sites;
}

/**
 * Disturbs one update at one place, and holds what it claims against the controller itself.
 * @throws AssertionError when the claim is wrong, the update hangs, or the controller is left in a state it could
 * have been spared
 */
export async function disturb(situation: Situation, site: Site, disturbance: Disturbance): Promise<Outcome> {
  const stage = await Stage.set(situation);
  const { bench } = stage;
  try {
    const power = strike(stage, site, disturbance);
    const untouched = stage.subject.flash.revision;
    const result = await flash(stage);
    assert.ok(power.struck, 'the place was reached');
    const saw = { runs: runs(stage), at_ms: bench.clock.now() };
    bench.controller.interference = undefined;
    stage.subject.flash.cutPower = undefined;
    await settle(stage, power);
    const settled = runs(stage);
    check(stage, result, saw, settled, untouched);
    if (settled === 'nothing') {
      assert.ok(breaks(site), 'no power cut here could have broken the firmware');
      return outcome(result, settled);
    }
    if (disturbance.harmless && situation.bootloader === 'current') {
      const verdict = 'verdict' in result ? result.verdict : result.code;
      assert.equal(verdict, 'updated', 'this should not have kept it from being updated');
    }
    await checkBelongings(stage);
    const verdict = await again(stage);
    assert.deepEqual(await bench.journal.pending(), [], 'nothing is owed any more');
    await checkBelongings(stage);
    return { ...outcome(result, settled), again: verdict };
  } finally {
    stage.dispose();
  }
}

interface Power {
  struck: boolean;
  /** When it comes back. */
  back_ms: number;
}

function strike(stage: Stage, site: Site, { fate, noise, powerBack_ms }: Disturbance): Power {
  const { bench, subject, cable } = stage;
  const power: Power = { struck: false, back_ms: 0 };
  const cut = (): void => {
    power.back_ms = bench.clock.now() + powerBack_ms!;
    bench.clock.schedule(powerBack_ms!, () => subject.powerOn());
  };
  if (site.kind === 'operation') {
    subject.flash.cutPower = ({ index }) => {
      if (power.struck || index !== site.index) return false;
      power.struck = true;
      cut();
      return true;
    };
    return power;
  }
  bench.controller.interference = ({ direction, index }) => {
    if (power.struck || direction !== site.direction || index !== site.index) return undefined;
    power.struck = true;
    if (noise) cable.disturb(noise);
    if (powerBack_ms === undefined) return fate;
    cut();
    subject.cutPower();
    return 'drop';
  };
  return power;
}

/** The update's result, or the error of one that reached nobody. */
async function flash(
  stage: Stage,
  onStage?: (stage: UpdateStage) => void,
): Promise<UpdateResult | VescError> {
  const { clock, updater } = stage.bench;
  const updating = updater.run(stage.request, { onProgress: ({ stage: now }) => onStage?.(now) });
  const hung = new AbortController();
  const limit = sleep(clock, LIMIT_MS, hung.signal).then(
    () => assert.fail(`it has not ended after ${LIMIT_MS / 60_000} minutes`),
    () => undefined,
  );
  try {
    return (await clock.run(Promise.race([updating, limit])))!;
  } catch (error) {
    if (!isVescError(error)) throw error;
    return error;
  } finally {
    hung.abort();
  }
}

/** Waits until the power is back and the processor does what it will go on doing. */
async function settle({ bench, subject }: Stage, power: Power): Promise<void> {
  const { clock } = bench;
  const end_ms = Math.max(clock.now(), power.back_ms) + 120_000;
  await clock.advance(Math.max(0, power.back_ms - clock.now()));
  while (clock.now() < end_ms) {
    if (subject.phase === 'broken' || (subject.phase === 'running' && subject.isEnumerated)) return;
    await clock.advance(500);
  }
  assert.fail(`the controller is still ${subject.phase}`);
}

type Runs = 'old' | 'new' | 'nothing';

function runs({ subject, bench }: Stage): Runs {
  if (!subject.isEnumerated || !bench.controller.isEnumerated || subject.firmware === undefined)
    return 'nothing';
  return subject.firmware.identity.userCommit === '' ? 'old' : 'new';
}

/** Holds the claim of a result against what was there at that moment, and what is there when all has settled. */
function check(
  stage: Stage,
  result: UpdateResult | VescError,
  saw: { readonly runs: Runs; readonly at_ms: number },
  settled: Runs,
  untouched: number,
): void {
  const { subject, bench } = stage;
  if (!('verdict' in result)) {
    assert.equal(result.exitStatus, 3, `it fails with ${result.code}`);
    assert.equal(subject.flash.revision, untouched, 'nothing was touched');
    return;
  }
  const { verdict } = result;
  const claim = `it says ${verdict} (${result.error?.code ?? result.proof ?? ''})`;
  switch (verdict) {
    case 'updated':
      assert.equal(settled, 'new', claim);
      break;
    case 'not-taken':
    case 'interrupted':
      assert.equal(settled, 'old', claim);
      break;
    case 'refused':
      assert.equal(settled, 'old', claim);
      assert.equal(subject.flash.revision, untouched, 'nothing was touched');
      break;
    case 'lost': {
      const since_ms = (subject.firmware?.uptime_ms ?? 0) - (bench.clock.now() - saw.at_ms);
      assert.ok(
        saw.runs === 'nothing' || since_ms < 5290 + CROSSING_MS,
        `${claim}, but ${saw.runs} firmware runs`,
      );
      break;
    }
    default:
      assert.fail(claim);
  }
}

/** A power cut breaks the firmware only while it is replaced, and while it stores its own CRC (facts 4.1). */
function breaks(site: Site): boolean {
  if (site.kind === 'frame') return site.phase === 'bootloader';
  if (site.phase === 'bootloader') return site.address < BOOTLOADER_ADDRESS;
  const offset = site.address - APP_ADDRESS - CRC_INFO_OFFSET;
  return site.phase === 'starting' && offset >= 0 && offset < CRC_INFO_SIZE;
}

/** What the user stored is on the controller, or the journal knows where it lies. */
async function checkBelongings({ subject, belongings, bench }: Stage): Promise<void> {
  if ((await bench.journal.pending()).length > 0) return;
  assert.deepEqual(readBelongings(subject.firmware!), belongings, 'what the user stored is still there');
}

/** Whatever happened, the way out is to flash again. */
async function again(stage: Stage): Promise<Verdict> {
  const result = await flash(stage);
  assert.ok('verdict' in result, 'again: it fails without a verdict');
  const { verdict } = result;
  const detail = `again: ${verdict} (${result.error?.message ?? ''})`;
  if (stage.situation.bootloader === 'current') {
    assert.ok(verdict === 'updated' || verdict === 'already-running', detail);
    assert.equal(runs(stage), 'new', detail);
  } else {
    assert.equal(verdict, 'not-taken', detail);
    assert.equal(runs(stage), 'old', detail);
  }
  return verdict;
}

function outcome(result: UpdateResult | VescError, settled: Runs): Outcome {
  const code = 'verdict' in result ? result.error?.code : result.code;
  return {
    verdict: 'verdict' in result ? result.verdict : 'unreachable',
    ...(code === undefined ? {} : { error: code }),
    runs: settled,
  };
}
