import { VescError } from '../base/errors';
import type { ImageIdentity } from '../image/imageIdentity';
import { formatVersion } from '../protocol/version';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { describe, type Judgement } from '../update/judgement';

/**
 * Decides whether a chip runs what was written into it and read back. That it is this chip is known by its UUID; so
 * an image that carries no identity is proven by its bytes, unless what answers contradicts them.
 */
export function judgeRecovered(
  after: ControllerIdentity,
  image: ImageIdentity,
  buildId: string | undefined,
): Judgement {
  const { firmware } = after;
  const other = (expected: string): Judgement => ({
    verdict: 'not-taken',
    error: new VescError('came-back-different', { running: describe(after), expected }),
  });
  if (buildId !== undefined && (firmware.buildId !== undefined || firmware.commit !== undefined)) {
    return firmware.buildId === buildId ? { verdict: 'updated', proof: 'build-identity' } : other(buildId);
  }
  if (image.commit !== undefined && firmware.commit !== undefined && firmware.commit !== image.commit) {
    return other(image.commit);
  }
  const versions = image.version ?? [];
  const fits = versions.some(({ major, minor }) => major === firmware.major && minor === firmware.minor);
  if (versions.length > 0 && !fits) return other(versions.map(formatVersion).join(' or '));
  return { verdict: 'updated', proof: 'read-back' };
}
