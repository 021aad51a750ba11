import type { Controller } from '../../controllers/controller';
import type { EmulatedRun } from '../../controllers/emulatedRun';
import type { Values } from '../../protocol/messages/telemetry';
import type { Quantity } from '../../emulator/boardInputs';
import { emulatorTrouble, QUANTITY_LOOKS } from '../emulatorWords';
import { plain, shortFault } from '../text';
import type { EmulatorState, ShownQuantity } from './messages';

/** The values that tell what the firmware makes of its inputs. */
export const READ_BACK = [
  'voltage_V',
  'tempFet_C',
  'tempMotor_C',
  'fault',
] as const satisfies readonly (keyof Values)[];
export type ReadBack = Partial<Pick<Values, (typeof READ_BACK)[number]>>;

const READS: Partial<Record<Quantity, keyof ReadBack>> = {
  supply: 'voltage_V',
  fetTemperature: 'tempFet_C',
  motorTemperature: 'tempMotor_C',
};

/** An emulated controller as the view shows it. */
export interface ShownRun {
  readonly id: string;
  readonly title: string;
  readonly run: EmulatedRun;
  /** How the tree knows it; undefined before it has answered for the first time. */
  readonly controller: Controller | undefined;
  readonly read: ReadBack;
  /** The channel of each place of the ADC's buffer. */
  readonly channels: readonly number[];
}

/** Everything that the view shows. */
export function emulatorState(
  controllers: readonly { readonly id: string; readonly title: string }[],
  shown: ShownRun | undefined,
): EmulatorState {
  const list = controllers.map(({ id, title }) => ({ id, title: plain(title) }));
  if (!shown) {
    return {
      controllers: list,
      status: 'No emulated controller runs.',
      mood: 'good',
      isKnown: true,
      quantities: [],
      switches: [],
      places: [],
      isNormal: true,
    };
  }
  const { run, channels } = shown;
  const { bench } = run;
  return {
    controllers: list,
    chosen: shown.id,
    ...statusOf(shown),
    isKnown: bench.inputs !== undefined,
    quantities: quantitiesOf(shown),
    switches: [
      ...(bench.driverFault === undefined
        ? []
        : [{ name: 'driverFault' as const, label: 'Gate driver reports a fault', on: bench.driverFault }]),
      { name: 'damage', label: 'One bit of the program is wrong', on: bench.isDamaged },
      { name: 'unplugged', label: 'USB cable is out', on: !bench.isPlugged },
      { name: 'off', label: 'Power is off', on: !bench.isPowered },
    ],
    places: channels.map((channel, index) => ({ index, channel, value: bench.setPlaces.get(index) ?? null })),
    isNormal: bench.isNormal,
  };
}

function statusOf({ run, controller }: ShownRun): Pick<EmulatorState, 'status' | 'hint' | 'mood'> {
  const trouble = emulatorTrouble(run.status);
  if (trouble) {
    const { words, cause, next } = trouble;
    return {
      status: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
      hint: `${cause} ${next}`,
      mood: 'trouble',
    };
  }
  if (controller?.activeFault)
    return { status: `Fault: ${shortFault(controller.activeFault)}`, mood: 'fault' };
  if (run.bench.isDamaged && controller?.state !== 'connected') {
    return {
      status: 'Stopped: its program is damaged.',
      hint: 'Firmware that finds a wrong checksum runs nothing any more. Back to normal repairs it and starts it over.',
      mood: 'fault',
    };
  }
  if (controller?.state !== 'connected') return { status: 'Runs, but does not answer yet.', mood: 'good' };
  return { status: 'Runs without a fault.', mood: 'good' };
}

function quantitiesOf({ run, read }: ShownRun): ShownQuantity[] {
  return run.bench.ranges.map(({ quantity, min, max, normal, lowest, highest }) => {
    const key = READS[quantity];
    const value = key && read[key];
    return {
      quantity,
      ...QUANTITY_LOOKS[quantity],
      min,
      max,
      normal,
      value: run.bench.valueOf(quantity) ?? normal,
      ...(lowest === undefined ? {} : { lowest }),
      ...(highest === undefined ? {} : { highest }),
      ...(value === undefined ? {} : { read: value }),
    };
  });
}
