import { isVescError, type VescError } from '../base/errors';
import {
  type ConfigurationKind,
  configurationSignature,
  getConfiguration,
} from '../protocol/messages/configuration';
import { BLOB_REQUEST } from './blobRestore';
import { type LayoutSource, understand } from './configuration';
import type { ControllerAccess } from './controllerAccess';
import { type MigrationPlan, planMigration } from './migration';
import { locateMotors, partName } from './settingsRestore';
import type { Snapshot } from './snapshot';

/** A configuration of a snapshot on its way to the running firmware, setting by setting. */
export interface PartMigration {
  /** As restored parts are called: "motor configuration". */
  readonly what: string;
  readonly kind: ConfigurationKind;
  /** Which motor of the snapshot, from 0. */
  readonly motor: number;
  /** What would become of each setting; absent when one of the two layouts is not known. */
  readonly plan?: MigrationPlan;
  readonly problem?: VescError;
}

/**
 * What a restore of `snapshot` has to carry over to another layout, setting by setting. Nothing is written; none
 * when every part can be written back as it is.
 * @param alsoSame also what has the same layout, for those who leave settings out
 * @throws VescError of the link
 */
export async function planSnapshot(
  access: ControllerAccess,
  snapshot: Snapshot,
  layouts: LayoutSource,
  alsoSame = false,
): Promise<PartMigration[]> {
  const parts: PartMigration[] = [];
  for (const [motor, { settings, endpoint }] of (await locateMotors(access, snapshot)).entries()) {
    if (!endpoint) continue;
    for (const kind of ['mcconf', 'appconf'] as const) {
      const blob = settings[kind];
      const present = await endpoint.request(getConfiguration(kind), BLOB_REQUEST);
      if (!alsoSame && configurationSignature(present) === configurationSignature(blob)) continue;
      const part = { what: partName(kind, motor), kind, motor };
      try {
        const plan = planMigration(
          await understand(kind, blob, layouts, snapshot.commit),
          await understand(kind, present, layouts),
        );
        parts.push({ ...part, plan });
      } catch (error) {
        if (!isVescError(error, 'layout-unknown') && !isVescError(error, 'settings-damaged')) throw error;
        parts.push({ ...part, problem: error });
      }
    }
  }
  return parts;
}
