import { ExitStatus } from '../../base/errors';
import { silenceIs } from '../../links/silence';
import { faultName } from '../../protocol/faults';
import { getValues, type Values } from '../../protocol/messages/telemetry';
import type { BootloaderKnowledge } from '../../settings/controllerMemory';
import { type ControllerIdentity, identifyController } from '../../update/controllerIdentity';
import { defineCommand } from '../command';
import { bootloaderText, firmwareText, hardwareTypeText, quantity } from '../format';
import { identityFields } from '../identityFields';
import type { Style } from '../output';
import { tellPending } from '../pendingUpdate';
import type { Fields } from '../report';
import { pairs } from '../table';
import { TARGET_OPTIONS, targetText, withController } from '../target';

const REPLY = { timeout_ms: 1000, attempts: 3 } as const;

export const infoCommand = defineCommand({
  name: 'info',
  summary: 'tell who a controller is, what runs on it and how it is',
  options: TARGET_OPTIONS,
  details: [
    'The bootloader cannot be asked for: what is shown is what earlier updates from',
    'this computer have shown.',
  ],
  examples: ['vesc info', 'vesc info --port tcp://192.168.4.1:65102 --can 12 --json'],
  run: (context, { options }) =>
    withController(context, options, async (connection) => {
      const { core, report, interruption, style } = context;
      const asking = { ...REPLY, signal: interruption.signal };
      const { endpoint, version } = connection;
      const asked = await identifyController(endpoint, { ...asking, version });
      const values =
        asked.hardwareType === 'vesc'
          ? await silenceIs(endpoint.request(getValues(), asking), undefined)
          : undefined;
      const canId = asked.canId ?? values?.controllerId;
      const identity = { ...asked, ...(canId === undefined ? {} : { canId }) };
      const { name, bootloader = { state: 'unknown' as const } } = await core.memory.recall(identity.uuid);
      await tellPending(report, core.journal, identity.uuid);
      report.result(
        {
          ...identityFields(identity),
          ...valueFields(values),
          bootloader,
          ...(name === undefined ? {} : { name }),
        },
        infoText(style, { identity, values, bootloader, name, place: targetText(connection) }),
      );
      return ExitStatus.ok;
    }),
});

function valueFields(values: Values | undefined): Fields {
  return {
    fault: values?.fault ? faultName(values.fault) : null,
    voltage_V: values?.voltage_V ?? null,
    tempFet_C: values?.tempFet_C ?? null,
    tempMotor_C: values?.tempMotor_C ?? null,
    erpm: values?.erpm ?? null,
    duty: values?.duty ?? null,
    motorCurrent_A: values?.motorCurrent_A ?? null,
    inputCurrent_A: values?.inputCurrent_A ?? null,
  };
}

interface Shown {
  readonly identity: ControllerIdentity;
  readonly values: Values | undefined;
  readonly bootloader: BootloaderKnowledge;
  readonly name: string | undefined;
  readonly place: string;
}

function infoText(style: Style, { identity, values, bootloader, name, place }: Shown): string[] {
  const { uuid, hardware, hardwareType, firmware, canId } = identity;
  const named = name === undefined ? '' : `${name}: `;
  const lines = [
    `${style.bold(named + hardware)}  ${style.dim(`${hardwareTypeText(hardwareType)} at ${place}`)}`,
    '',
    ...pairs(
      [
        ['Firmware', firmwareText(firmware)],
        ['Build', firmware.buildId],
        ['UUID', uuid === '' ? undefined : uuid],
        ['CAN id', canId?.toString()],
        ['Bootloader', hardwareType === 'vesc' ? bootloaderText(bootloader) : undefined],
      ].map(labelled),
      style.dim,
    ),
  ];
  if (!values) return lines;
  const fault = values.fault ? style.red(faultName(values.fault)) : style.green('none');
  const row = (...cells: string[]): string => cells.join('   ');
  const { voltage_V, inputCurrent_A, erpm, motorCurrent_A, duty, tempMotor_C, tempFet_C } = values;
  const temperature = (temp_C: number): string => quantity(temp_C, 1, '°C');
  lines.push(
    '',
    ...pairs(
      [
        ['Fault', fault],
        ['Input', row(quantity(voltage_V, 1, 'V'), quantity(inputCurrent_A, 2, 'A'))],
        [
          'Motor',
          row(
            quantity(erpm, 0, 'ERPM'),
            quantity(motorCurrent_A, 2, 'A'),
            `${quantity(duty * 100, 1)} % duty`,
            temperature(tempMotor_C),
          ),
        ],
        ['MOSFETs', temperature(tempFet_C)],
      ].map(labelled),
      style.dim,
    ),
  );
  return lines;
}

/** Both groups of lines have their values in the same column. */
function labelled([name, value]: readonly (string | undefined)[]): readonly [string, string | undefined] {
  return [(name ?? '').padEnd(10), value];
}
