import { silenceIs } from '../links/silence';
import { ByteReader } from '../protocol/bytes';
import type { Endpoint } from '../links/endpoint';
import {
  configurationSignature,
  type ConfigurationKind,
  configurationSignatures,
  getConfiguration,
} from '../protocol/messages/configuration';
import { getMcconfTemp } from '../protocol/messages/telemetry';

/** The least and the most of a quantity. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a controller allows its motor, as it is configured. */
export interface MotorLimits {
  readonly duty: Range;
  readonly erpm: Range;
  /** Motor current; undefined where this firmware's configuration has a layout that is not known. */
  readonly current_A?: Range;
  /** After so long without a command the motor is released; 0: never. Undefined as above. */
  readonly commandTimeout_ms?: number;
}

/** In every known layout `l_current_max` and `l_current_min` stand behind the signature and four bytes (facts 2.6). */
const CURRENT_OFFSET = 8;
/** In every known layout `timeout_msec` stands behind the signature and the CAN id (facts 2.6). */
const TIMEOUT_OFFSET = 5;
const ASKING = { timeout_ms: 1000, attempts: 2 } as const;

/**
 * Reads the limits in force.
 * @throws VescError of the link
 */
export async function readMotorLimits(endpoint: Endpoint, signal?: AbortSignal): Promise<MotorLimits> {
  const options = { ...ASKING, ...(signal ? { signal } : {}) };
  const limits = await endpoint.request(getMcconfTemp(), options);
  const motor = await silenceIs(endpoint.request(getConfiguration('mcconf'), options), undefined);
  const app = await silenceIs(endpoint.request(getConfiguration('appconf'), options), undefined);
  return {
    duty: { min: -limits.maxDuty, max: limits.maxDuty },
    erpm: { min: limits.minErpm, max: limits.maxErpm },
    ...(motor && isKnown('mcconf', motor)
      ? { current_A: currents(motor, limits.currentMinScale, limits.currentMaxScale) }
      : {}),
    ...(app && isKnown('appconf', app)
      ? { commandTimeout_ms: new ByteReader(app, TIMEOUT_OFFSET).u32() }
      : {}),
  };
}

function currents(mcconf: Uint8Array, minScale: number, maxScale: number): Range {
  const reader = new ByteReader(mcconf, CURRENT_OFFSET);
  const max = reader.f32a() * maxScale;
  return { min: reader.f32a() * minScale, max };
}

function isKnown(kind: ConfigurationKind, blob: Uint8Array): boolean {
  const signature = configurationSignature(blob);
  return configurationSignatures.some(
    (release) => release[kind].signature === signature && release[kind].size_B === blob.length,
  );
}
