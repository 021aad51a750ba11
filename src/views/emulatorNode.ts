import type { Controller } from '../controllers/controller';
import type { Node } from './controllerNodes';
import type { EmulatorTrouble } from './emulatorWords';

/** The row below an emulated controller that says what is the matter with it, with cause and next step below. */
export function troubleNode(id: string, controller: Controller, trouble: EmulatorTrouble): Node {
  const { words, cause, next } = trouble;
  return {
    id,
    label: 'Emulator',
    description: words,
    icon: { id: 'warning', color: 'list.warningForeground' },
    context: 'emulator',
    tooltip: [cause, next],
    children: [cause, next].map((text, index) => ({
      id: `${id}/${index}`,
      label: text,
      description: '',
      icon: { id: 'blank' },
      context: 'emulatorWords',
      tooltip: [text],
      children: [],
      expanded: false,
      controller,
    })),
    expanded: true,
    controller,
  };
}
