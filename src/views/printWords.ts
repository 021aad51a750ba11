import type { Controller } from '../controllers/controller';
import { plain } from './text';

/** What a controller is called among those on the same link. */
export function formatOwner(controller: Pick<Controller, 'title' | 'canId'>): string {
  const { title, canId } = controller;
  return `${plain(title)}${canId === undefined ? '' : ` (CAN ${canId})`}`;
}

/** What the firmware prints, without anything that would move the cursor or colour the screen. */
export function printable(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, (each) => (each === '\t' ? '  ' : '')));
}
