import type { ShownValues } from '../controllers/controller';
import { fixed } from './text';

interface Row {
  readonly key: string;
  readonly label: string;
  readonly text: (values: ShownValues) => string;
}

/** Duty is a fraction on the wire and per cent for people. */
const PERCENT = 100;

/** The live values in the order in which one looks for them, each as wide as its largest. */
export const VALUE_ROWS: readonly Row[] = [
  { key: 'voltage', label: 'Input voltage', text: (v) => `${fixed(v.voltage_V, 1, 6)} V` },
  { key: 'inputCurrent', label: 'Input current', text: (v) => `${fixed(v.inputCurrent_A, 1, 6)} A` },
  { key: 'motorCurrent', label: 'Motor current', text: (v) => `${fixed(v.motorCurrent_A, 1, 6)} A` },
  { key: 'duty', label: 'Duty', text: (v) => `${fixed(v.duty * PERCENT, 1, 6)} %` },
  { key: 'erpm', label: 'Speed', text: (v) => `${fixed(v.erpm, 0, 6)} ERPM` },
  { key: 'fet', label: 'MOSFETs', text: (v) => `${fixed(v.tempFet_C, 1, 6)} °C` },
  { key: 'motor', label: 'Motor', text: (v) => `${fixed(v.tempMotor_C, 1, 6)} °C` },
];
