import type { ByteReader } from '../../protocol/bytes';
import { CommandId } from '../../protocol/commandId';
import { encodeRotorPosition } from '../../protocol/messages/plots';
import type { SampleMode } from '../../protocol/messages/samples';
import type { Call, Handler } from '../firmware';
import type { MotorOrder } from '../motor';

/** Largest motor current of the default configuration, for currents given as a fraction. */
const MAX_CURRENT_A = 60;
const ROTOR_POSITION_MS = 10;

function order(kind: MotorOrder, target: (reader: ByteReader) => number): Handler {
  return ({ firmware, motor, reader }) => firmware.command(motor, kind, target(reader));
}

/** A current of zero releases the motor. */
const current = (value_A: (reader: ByteReader) => number): Handler => {
  return ({ firmware, motor, reader }) => {
    const target_A = value_A(reader);
    firmware.command(motor, target_A === 0 ? 'none' : 'current', target_A);
  };
};

/** Streams the position until another mode is asked for; a controller that does not wait does not stream. */
function detect({ firmware, motor, reader }: Call): void {
  const mode = reader.u8();
  const stream = (firmware.positionStream += 1);
  if (mode === 0 || firmware.board.time.isInstant) return;
  void (async () => {
    while (stream === firmware.positionStream) {
      await firmware.board.wait(ROTOR_POSITION_MS);
      const position_deg = firmware.motor(motor).values().pidPosition_deg;
      firmware.stream(encodeRotorPosition(position_deg));
    }
  })();
}

export const motorCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.SET_DUTY]: order('duty', (reader) => reader.f32(1e5)),
  [CommandId.SET_CURRENT]: current((reader) => reader.f32(1e3)),
  [CommandId.SET_CURRENT_REL]: current((reader) => reader.f32(1e5) * MAX_CURRENT_A),
  [CommandId.SET_CURRENT_BRAKE]: order('brake', (reader) => reader.f32(1e3)),
  [CommandId.SET_RPM]: order('erpm', (reader) => reader.i32()),
  [CommandId.SET_POS]: order('position', (reader) => reader.f32(1e6)),
  [CommandId.SET_HANDBRAKE]: order('handbrake', (reader) => reader.f32(1e3)),
  [CommandId.SET_DETECT]: detect,
  [CommandId.SAMPLE_PRINT]: ({ firmware, motor, reader, channel }) => {
    const mode = reader.u8() as SampleMode;
    // The raw flag at the end changes the scale of the values; the made-up ones have only one.
    firmware.sampler.order({ mode, length: reader.u16(), decimation: reader.u8() }, motor, channel);
  },
  // Inputs other than these commands are not simulated, so there is no output to disable.
  [CommandId.APP_DISABLE_OUTPUT]: ({ firmware, reader }) => {
    reader.u8();
    const duration_ms = reader.i32();
    const now = firmware.board.time.now();
    firmware.outputDisabledUntil_ms = duration_ms < 0 ? Number.POSITIVE_INFINITY : now + duration_ms;
  },
  [CommandId.MOTOR_ESTOP]: ({ firmware, reader }) => {
    const duration_ms = reader.u16();
    firmware.motors.forEach((motor) => motor.ignoreInput(duration_ms));
  },
  [CommandId.SET_ODOMETER]: ({ firmware, reader }) => {
    firmware.board.backup.odometer_m = reader.u32();
  },
};
