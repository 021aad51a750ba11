import type { BuildProgress, BuildResult } from '../build/buildResult';
import type { Board } from '../build/boards';
import { type BuildRelation, describeRelation } from '../controllers/buildRelation';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import { formatVersion } from '../protocol/version';
import type { Verdict } from '../update/verdict';
import { memoryLines } from './memoryTable';
import { faultMeaning } from './messages';
import { phaseOf, progressText, type WorkProgress } from './progressWords';
import { count, plain, shortFault } from './text';

/** What a status item shows. */
export interface StatusWords {
  readonly text: string;
  readonly tooltip: readonly string[];
  readonly background?: 'error' | 'warning';
}

/** The item for the controller: who it is, or what is wrong with it. */
export function controllerStatus(
  controllers: readonly Controller[],
  selected: Controller | undefined,
  relation: BuildRelation | undefined,
): StatusWords {
  if (controllers.length === 0) {
    return {
      text: '$(debug-disconnect) No controller',
      tooltip: ['No VESC controller is connected.', 'Click to connect one.'],
    };
  }
  const faulty = [selected, ...controllers].find((controller) => controller?.activeFault);
  if (faulty?.activeFault) {
    return {
      text: `$(error) ${plain(faulty.title, 30)}: ${shortFault(faulty.activeFault)}`,
      tooltip: [plain(faulty.activeFault), faultMeaning(faulty.activeFault)],
      background: 'error',
    };
  }
  if (!selected) {
    return {
      text: `$(circuit-board) ${count(controllers.length, 'controller')}`,
      tooltip: ['Click to choose the one that commands work on.'],
    };
  }
  const { identity, problem } = selected;
  const version = identity ? ` · ${formatVersion(identity.firmware)}` : '';
  return {
    text: `$(${STATE_ICON[selected.state]}) ${plain(selected.title, 30)}${version}`,
    tooltip: [
      plain(formatPlace(selected), 200),
      ...(relation ? [plain(describeRelation(relation))] : []),
      ...(problem ? [plain(problem.message, 400)] : []),
    ],
    ...(selected.state === 'silent' ? { background: 'warning' as const } : {}),
  };
}

const STATE_ICON: Readonly<Record<Controller['state'], string>> = {
  connecting: 'sync~spin',
  connected: 'circuit-board',
  silent: 'question',
  updating: 'sync~spin',
  disconnected: 'debug-disconnect',
};

/** The item that stops the motors; undefined while none turns. */
export function stopStatus(controllers: readonly Controller[]): StatusWords | undefined {
  const turning = controllers
    .flatMap((controller) => [controller, ...(controller.nodes ?? [])])
    .filter((controller) => controller.turning);
  if (turning.length === 0) return undefined;
  return {
    text: '$(debug-stop) Stop motor',
    tooltip: [`Turns: ${turning.map(({ title }) => plain(title)).join(', ')}.`, 'Click to stop every motor.'],
    background: 'error',
  };
}

/** The build that goes on. */
export interface RunningBuild {
  readonly board: string;
  readonly progress: BuildProgress | undefined;
}

/** The item for board and build. */
export function boardStatus(
  board: Pick<Board, 'name' | 'hardwareName'> | undefined,
  running: RunningBuild | undefined,
  last: BuildResult | undefined,
): StatusWords {
  if (running) {
    const { done, total } = running.progress ?? { done: 0, total: undefined };
    const counted = done === 0 ? '' : ` ${done}${total === undefined ? '' : `/${total}`}`;
    return {
      text: `$(loading~spin) ${plain(running.board, 30)}${counted}`,
      tooltip: [`Building ${plain(running.board)}${counted}. Click to stop.`],
    };
  }
  if (!board) return { text: '$(tools) Select board', tooltip: ['No board is chosen for this firmware.'] };
  const name = plain(board.name, 30);
  const hardware = board.hardwareName === undefined ? '' : `Hardware ${plain(board.hardwareName)}.`;
  if (!last) return { text: `$(tools) ${name}`, tooltip: [`Board ${name}. ${hardware}`.trim()] };
  if (!last.ok) {
    const errors = last.diagnostics.filter(({ severity }) => severity === 'error').length;
    return {
      text: `$(error) ${name}${errors > 0 ? `: ${count(errors, 'error')}` : ''}`,
      tooltip: [last.failure ? plain(last.failure.message, 400) : 'The last build failed.'],
    };
  }
  const warnings = last.diagnostics.filter(({ severity }) => severity === 'warning').length;
  return {
    text: `$(tools) ${name} $(${warnings > 0 ? 'warning' : 'check'})`,
    tooltip: [
      `Board ${name}. ${hardware}`.trim(),
      ...(last.version === undefined ? [] : [`Built ${plain(last.version)}.`]),
      ...(warnings > 0 ? [count(warnings, 'warning')] : []),
      ...memoryLines(last.memory, last.comparison),
    ],
  };
}

/** The item for flashing. */
export function flashStatus(
  progress: WorkProgress | undefined,
  last: Verdict | undefined,
  heldBack?: string,
): StatusWords {
  if (progress) {
    if (phaseOf(progress) === 'keep-power-on') {
      return {
        text: `$(warning) Keep the power on: ${progressText(progress)}`,
        tooltip: [
          'The flash memory of a controller is being written.',
          'Keep the power on until this is over.',
        ],
        background: 'warning',
      };
    }
    return {
      text: `$(loading~spin) ${progressText(progress)}`,
      tooltip: ['A controller is being worked on.'],
    };
  }
  if (heldBack !== undefined) {
    return {
      text: `$(debug-pause) Held back: ${plain(heldBack, 60)}`,
      tooltip: [
        `What was saved is not flashed: ${plain(heldBack, 200)}.`,
        'The next save tries again; a click builds and flashes now.',
      ],
      background: 'warning',
    };
  }
  const icon = last === undefined ? 'zap' : VERDICT_ICON[last];
  return {
    text: `$(${icon}) Flash`,
    tooltip: [
      'Build the firmware of this workspace, flash it and prove that it runs.',
      ...(last === undefined ? [] : [`Last update: ${last}.`]),
    ],
  };
}

const VERDICT_ICON: Readonly<Record<Verdict, string>> = {
  updated: 'pass',
  'already-running': 'pass',
  unproven: 'question',
  'not-taken': 'error',
  refused: 'circle-slash',
  interrupted: 'debug-disconnect',
  lost: 'error',
};
