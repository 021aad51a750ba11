import { faultName } from '../protocol/faults';
import type { Values } from '../protocol/messages/telemetry';

/** What a row of a table holds, by column; what is absent leaves its cell empty. */
export type Fields = Readonly<Record<string, unknown>>;

/** All values, the fault by its name (null for none) and its code. */
export function valueFields(values: Partial<Values> & Pick<Values, 'fault'>): Fields {
  return { ...values, fault: values.fault ? faultName(values.fault) : null, faultCode: values.fault };
}

/** The same with a cell for each sensor, as tables want it. */
export function csvFields(values: Partial<Values> & Pick<Values, 'fault'>): Fields {
  const [tempFet1_C, tempFet2_C, tempFet3_C] = values.tempFets_C ?? [];
  return { ...valueFields(values), tempFet1_C, tempFet2_C, tempFet3_C };
}

/** The columns of a CSV file, in the order of the firmware's reply; units are part of the names. */
export function valueColumns(): readonly string[] {
  return [
    ...['time_s', 'tempFet_C', 'tempMotor_C', 'motorCurrent_A', 'inputCurrent_A', 'id_A', 'iq_A', 'duty'],
    ...['erpm', 'voltage_V', 'charge_Ah', 'chargeRegenerated_Ah', 'energy_Wh', 'energyRegenerated_Wh'],
    ...['tachometer', 'tachometerAbs', 'fault', 'pidPosition_deg', 'controllerId'],
    ...['tempFet1_C', 'tempFet2_C', 'tempFet3_C', 'vd_V', 'vq_V', 'timeoutActive', 'killSwitchActive'],
  ];
}

/** The names of all values, for who wants every column filled. */
export function allValues(): readonly (keyof Values)[] {
  const sensors = /^tempFet\d_C$/;
  const single = valueColumns().filter((column) => column !== 'time_s' && !sensors.test(column));
  return [...single, 'tempFets_C'] as (keyof Values)[];
}
