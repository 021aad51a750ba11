import type { Controller } from '../controllers/controller';
import type { Node } from './controllerNodes';
import type { FaultPlace } from './emulatorFaults';
import type { EmulatorTrouble } from './emulatorWords';

/**
 * The row below an emulated controller that says what is the matter with it, with cause and next step below, and the way to
 * the line at which its program failed.
 */
export function troubleNode(
  id: string,
  controller: Controller,
  { words, cause, next }: EmulatorTrouble,
  at: FaultPlace | undefined,
): Node {
  const row = (part: string, label: string): Node => ({
    id: `${id}/${part}`,
    label,
    description: '',
    icon: { id: 'blank' },
    context: 'emulatorWords',
    tooltip: [label],
    children: [],
    expanded: false,
    controller,
  });
  const line = at && lineRow(row('line', at.place?.label ?? at.function), at);
  return {
    ...row('', 'Emulator'),
    id,
    description: at ? `${words} in ${at.function}` : words,
    icon: { id: 'warning', color: 'list.warningForeground' },
    context: 'emulator',
    tooltip: [cause, next],
    children: [...(line ? [line] : []), row('0', cause), row('1', next)],
    expanded: true,
  };
}

function lineRow(row: Node, { place, function: name }: FaultPlace): Node {
  if (!place) return { ...row, tooltip: [`The program failed in ${name}.`] };
  return {
    ...row,
    description: name,
    icon: { id: 'go-to-file' },
    tooltip: [`The program failed in ${name}: ${place.file}:${place.line}`],
    place,
  };
}
