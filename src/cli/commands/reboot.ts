import { ExitStatus } from '../../base/errors';
import { portAddress } from '../../controllers/core';
import { findController } from '../../links/finder';
import { reboot } from '../../protocol/messages/identity';
import { defineCommand } from '../command';
import { durationText } from '../format';
import { connect, TARGET_OPTIONS, targetText } from '../target';

/** A start takes 6 s; 5.03 hangs first until its watchdog bites (facts 2.2, 14). */
const RETURN_DEADLINE_MS = 40_000;

export const rebootCommand = defineCommand({
  name: 'reboot',
  summary: 'restart a controller and wait until it is back',
  options: {
    ...TARGET_OPTIONS,
    'no-wait': { type: 'boolean', help: 'do not wait for its return' },
  },
  details: ['A motor that turns is released. The faults since the last start are forgotten.'],
  async run(context, { options }) {
    const { core, report, interruption } = context;
    const { clock, pool } = core;
    const { signal } = interruption;
    const connection = await connect(context, options);
    const { address, canId, version } = connection;
    const { uuid, hardware } = version;
    const started_ms = clock.now();
    try {
      await connection.endpoint.send(reboot());
    } finally {
      connection.dispose();
    }
    const place = targetText(connection);
    if (options['no-wait'] || uuid === '') {
      report.result({ uuid, hardware }, [`${hardware} at ${place} restarts.`]);
      return ExitStatus.ok;
    }
    report.progress({ stage: 'restart', fraction: 0, message: 'Waiting for its return' });
    const found = await findController({
      pool,
      clock,
      uuid,
      ...(canId === undefined ? {} : { canId }),
      candidates: async () => [
        address,
        ...(await core.listPorts()).filter((port) => port.likelyVesc).map(portAddress),
      ],
      deadline_ms: RETURN_DEADLINE_MS,
      signal,
    });
    found.lease.dispose();
    const duration_ms = Math.round(clock.now() - started_ms);
    report.result({ uuid, hardware, duration_ms }, [
      `${hardware} at ${place} restarted and answers again after ${durationText(duration_ms)}.`,
    ]);
    return ExitStatus.ok;
  },
});
