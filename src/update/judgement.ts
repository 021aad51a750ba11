import type { NotTakenCause } from '../base/catalogue/updateErrors';
import { isVescError, VescError } from '../base/errors';
import type { ImageIdentity } from '../image/imageIdentity';
import { formatVersion } from '../protocol/version';
import type { BootloaderKnowledge } from '../settings/controllerMemory';
import type { ControllerIdentity } from './controllerIdentity';
import { classifyReturn, type ReturnEvidence } from './returnEvidence';
import type { Proof } from './verdict';

/** All that is known when a controller has come back after the jump. */
export interface Evidence {
  readonly before: ControllerIdentity;
  readonly after: ControllerIdentity;
  readonly image: ImageIdentity;
  /** The identity stamped into the image. */
  readonly buildId: string | undefined;
  readonly returned: ReturnEvidence;
  readonly compressed: boolean;
  /** The CRC of the app that runs, where it was read, and the one this image has (facts 3.8). */
  readonly crc?: { readonly running: number; readonly image: number };
  readonly bootloader: BootloaderKnowledge;
}

export interface Judgement {
  readonly verdict: 'updated' | 'unproven' | 'not-taken';
  readonly proof?: Proof;
  readonly error?: VescError;
}

/** Decides from evidence alone whether the new image runs, and never says more than was shown (design 4.2, 4.3). */
export function judge(evidence: Evidence): Judgement {
  const { before, after, image, buildId } = evidence;
  // What cannot be read is not what is different.
  const told = after.firmware.buildId !== undefined || after.firmware.commit !== undefined;
  if (buildId !== undefined && told) {
    const stayed = before.firmware.buildId === buildId && neverCopied(evidence);
    if (after.firmware.buildId !== buildId || stayed) return notTaken(evidence, buildId);
    return { verdict: 'updated', proof: 'build-identity' };
  }
  // An image without an identity leaves none on the controller.
  if (buildId === undefined && after.firmware.buildId !== undefined)
    return notTaken(evidence, 'the new image');
  const { commit } = image;
  if (commit !== undefined && after.firmware.commit !== undefined) {
    if (after.firmware.commit !== commit) return notTaken(evidence, commit);
    const other = before.firmware.commit !== undefined && before.firmware.commit !== commit;
    const vanished = before.firmware.buildId !== undefined;
    if (other || vanished) return { verdict: 'updated', proof: 'commit' };
  }
  const candidates = image.version ?? [];
  const fits = (identity: ControllerIdentity): boolean =>
    candidates.some(
      (version) => version.major === identity.firmware.major && version.minor === identity.firmware.minor,
    );
  if (candidates.length > 0) {
    if (!fits(after)) return notTaken(evidence, candidates.map(formatVersion).join(' or '));
    if (!fits(before)) return { verdict: 'updated', proof: 'version' };
  }
  return sameEitherWay(evidence);
}

/** Old and new read the same: only the absence can tell that something was copied, and not what. */
function sameEitherWay(evidence: Evidence): Judgement {
  const { crc } = evidence;
  if (crc) {
    const same = crc.running === crc.image;
    return same ? { verdict: 'updated', proof: 'app-crc' } : notTaken(evidence, 'the new image');
  }
  if (neverCopied(evidence)) return notTaken(evidence, 'the new image');
  return { verdict: 'unproven', error: new VescError('unproven', { running: describe(evidence.after) }) };
}

/** It came back in a way that shows that no bootloader put anything in place. */
function neverCopied({ returned }: Evidence): boolean {
  const kind = classifyReturn(returned);
  return kind === 'gave-up' || kind === 'watchdog';
}

function notTaken(evidence: Evidence, expected: string): Judgement {
  const { before, after } = evidence;
  const running = describe(after);
  if (running !== describe(before)) {
    return { verdict: 'not-taken', error: new VescError('came-back-different', { running, expected }) };
  }
  return { verdict: 'not-taken', error: new VescError('not-taken', { running, causes: causes(evidence) }) };
}

/** The known causes of an upload that was not taken, likeliest first. */
function causes({ returned, compressed, bootloader }: Evidence): NotTakenCause[] {
  const kind = classifyReturn(returned);
  if (kind === 'watchdog') return ['no-bootloader'];
  const mayBeOld = compressed && bootloader.decompresses !== true;
  const quick: NotTakenCause[] = mayBeOld ? ['old-bootloader', 'damaged-upload'] : ['damaged-upload'];
  // One that was seen a moment ago has not gone missing.
  const seen = bootloader.state === 'answers' || bootloader.state === 'proven';
  return kind === 'unknown' && !seen ? [...quick, 'no-bootloader'] : quick;
}

/** True when an update ended in a way that installing a bootloader may mend. */
export function blamesBootloader(error: VescError | undefined): boolean {
  if (isVescError(error, 'bootloader-missing')) return true;
  if (!isVescError(error, 'not-taken')) return false;
  return error.details.causes.some((cause) => cause !== 'damaged-upload');
}

/** What runs, in one phrase: version, commit, build. */
export function describe({ firmware }: ControllerIdentity): string {
  const commit = firmware.commit === undefined ? '' : `, commit ${firmware.commit.slice(0, 8)}`;
  const build = firmware.buildId === undefined ? '' : `, build ${firmware.buildId.slice(4, 12)}`;
  return `firmware ${formatVersion(firmware)}${commit}${build}`;
}
