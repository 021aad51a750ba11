import { resolve } from 'node:path';
import { ExitStatus } from '../../base/errors';
import { fileUnwritable } from '../../base/fileErrors';
import { takeSnapshot } from '../../settings/settingsReader';
import { serializeSnapshot, type Snapshot } from '../../settings/snapshot';
import { identifyController } from '../../update/controllerIdentity';
import { defineCommand } from '../command';
import { bytesText } from '../format';
import { pairs } from '../table';
import { requireMotor, TARGET_OPTIONS, withController } from '../target';

export const backupCommand = defineCommand({
  name: 'backup',
  summary: "save a controller's settings and code to a file",
  positionals: { usage: '[DIR]', max: 1 },
  options: TARGET_OPTIONS,
  details: [
    'Writes one file to DIR (default: here): the settings of its motors, custom',
    'configuration, LispBM and QML code. What LispBM scripts stored in the EEPROM',
    'cannot be read.',
  ],
  run: (context, { options, positionals }) =>
    withController(context, options, async (connection) => {
      requireMotor(connection, 'settings');
      const { core, host, folder, report, interruption, style } = context;
      const { signal } = interruption;
      const { endpoint, session, version } = connection;
      const identity = await identifyController(endpoint, { timeout_ms: 1000, attempts: 3, signal, version });
      const snapshot = await takeSnapshot({ endpoint, node: (canId) => session.node(canId) }, version, {
        clock: core.clock,
        commit: identity.firmware.commit,
        signal,
        onProgress: (what, fraction) =>
          report.progress({ stage: 'snapshot', fraction, message: `Saving ${what}` }),
      });
      const name = `${snapshot.uuid}_${snapshot.takenAt.slice(0, 19).replace(/:/g, '-')}.json`;
      const path = resolve(folder, positionals[0] ?? '.', name);
      await host.files.write(path, serializeSnapshot(snapshot)).catch((error: unknown) => {
        throw fileUnwritable(path, error);
      });
      report.result({ path, uuid: snapshot.uuid, hardware: snapshot.hardware, parts: partsOf(snapshot) }, [
        `Saved the settings of ${style.bold(snapshot.hardware)} to ${path}`,
        ...partsText(snapshot, style.dim),
      ]);
      return ExitStatus.ok;
    }),
});

interface Part {
  readonly what: string;
  readonly size_B: number;
}

function partsOf({ motors, customConfig, lispCode, qmlCode }: Snapshot): Part[] {
  const part = (what: string, blob: Uint8Array | undefined): Part[] =>
    blob === undefined ? [] : [{ what, size_B: blob.length }];
  return [
    ...motors.flatMap((motor, index) => {
      const of = index === 0 ? '' : ` of motor ${index + 1}`;
      return [
        ...part(`motor configuration${of}`, motor.mcconf),
        ...part(`app configuration${of}`, motor.appconf),
      ];
    }),
    ...part('custom configuration', customConfig),
    ...part('LispBM code', lispCode),
    ...part('QML code', qmlCode),
  ];
}

function partsText(snapshot: Snapshot, nameStyle: (text: string) => string): string[] {
  return pairs(
    partsOf(snapshot).map(({ what, size_B }) => [what, bytesText(size_B)] as const),
    nameStyle,
  );
}
