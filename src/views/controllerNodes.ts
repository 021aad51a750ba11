import { type BuildRelation, describeRelation } from '../controllers/buildRelation';
import type { Controller } from '../controllers/controller';
import type { EmulatedStatus } from '../controllers/emulatedRun';
import type { CoreFault } from '../emulator/emulatorCore';
import { formatLinkAddress } from '../links/linkAddress';
import { formatVersion } from '../protocol/version';
import type { BootloaderKnowledge } from '../settings/controllerMemory';
import type { KeptFault } from '../settings/faultHistory';
import type { CardPlace } from './card';
import { crashTitle, isWatchdogReset } from './crashWords';
import type { FaultPlace } from './emulatorFaults';
import { troubleNode } from './emulatorNode';
import { emulatedTitle, emulatorTrouble } from './emulatorWords';
import { faultCircumstances, type FaultRef, faultsOf } from './faultWords';
import { faultMeaning } from './messages';
import { plain, shortFault, timeOfDay } from './text';
import { VALUE_ROWS } from './valueWords';

/** An icon of the editor's own set, in one of its colours. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

/** One row of the tree of controllers, as data. Its id stays the same for as long as it means the same. */
export interface Node {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** What menus ask for: `controller;connected`, `node;connected`, `fault`, … */
  readonly context: string;
  /** Lines of plain text; none when the row says it all. */
  readonly tooltip: readonly string[];
  readonly children: readonly Node[];
  readonly expanded: boolean;
  readonly controller: Controller;
  /** The fault that the row is about. */
  readonly fault?: FaultRef;
  /** The line that the row leads to. */
  readonly place?: CardPlace;
}

/** What is known of its bootloader, by what was seen of it. */
const BOOTLOADER: Readonly<Record<BootloaderKnowledge['state'], string>> = {
  unknown: 'not seen yet',
  answers: 'works (it answered)',
  proven: 'works (an update went through it)',
  missing: 'missing',
  suspect: 'missing or too old (the last update was not taken)',
};

type Leaf = Pick<Node, 'id' | 'label' | 'description' | 'icon' | 'context'> & Partial<Node>;

const RED = 'errorForeground';
const YELLOW = 'list.warningForeground';
const GREEN = 'testing.iconPassed';

/** How a controller relates to the build of this workspace; undefined while that is not known. */
export type RelationOf = (controller: Controller) => BuildRelation | undefined;
/** The line at which a controller crashed; undefined while that is not known. */
export type CrashOf = (controller: Controller) => CardPlace | undefined;
const noCrash: CrashOf = () => undefined;
/** How an emulated controller is; undefined for others, and when it does not run any more. */
export type EmulatedStatusOf = (controller: Controller) => EmulatedStatus | undefined;
const notEmulated: EmulatedStatusOf = () => undefined;
/** Where the program of an emulated controller ran into a fault; undefined while that is not known. */
export type FaultPlaceOf = (controller: Controller, fault: CoreFault) => FaultPlace | undefined;
const nowhere: FaultPlaceOf = () => undefined;

/** The rows for all controllers that are connected; among several, each says what sets it apart. */
export function controllerNodes(
  controllers: readonly Controller[],
  selected: Controller | undefined,
  relationOf: RelationOf,
  crashOf: CrashOf = noCrash,
  statusOf: EmulatedStatusOf = notEmulated,
  faultPlaceOf: FaultPlaceOf = nowhere,
): Node[] {
  return controllers.map((controller) => {
    const node = controllerNode(controller, relationOf, crashOf, statusOf, faultPlaceOf);
    const namesakes = controllers.filter(({ title }) => title === controller.title);
    const words = [
      controller.address.kind === 'emulated' ? 'emulated' : '',
      namesakes.length > 1 ? plain(shortPlace(controller)) : '',
      node.description,
      controllers.length > 1 && controller === selected ? 'selected' : '',
    ];
    return { ...node, description: words.filter((word) => word !== '').join(' · ') };
  });
}

/** Where it is, in as few letters as tell it from another one; the tooltip has all of it. */
function shortPlace({ address }: Controller): string {
  switch (address.kind) {
    case 'serial':
      return address.path.replace(/^\/dev\//, '');
    case 'tcp':
      return `${address.host}:${address.port}`;
    case 'simulated':
      return formatLinkAddress(address).replace(/[?&]speed=[^&]*/, '');
    case 'emulated':
      return emulatedTitle(address.name);
  }
}

/** The rows for one controller. */
export function controllerNode(
  controller: Controller,
  relationOf: RelationOf,
  crashOf: CrashOf = noCrash,
  statusOf: EmulatedStatusOf = notEmulated,
  faultPlaceOf: FaultPlaceOf = nowhere,
): Node {
  const { address, canId, identity } = controller;
  const relation = relationOf(controller);
  const status = canId === undefined ? statusOf(controller) : undefined;
  const trouble = status && emulatorTrouble(status);
  const id = `${formatLinkAddress(address)}${canId === undefined ? '' : `/can${canId}`}`;
  const isNameless = address.kind === 'emulated' && !identity;
  const children = controllerChildren(id, controller, relationOf, crashOf);
  if (trouble) {
    const place = trouble.fault && faultPlaceOf(controller, trouble.fault);
    children.unshift(troubleNode(`${id}/emulator`, controller, trouble, place));
  }
  return {
    // The editor never expands by itself what once was a row without children: then it is another row.
    id: identity ? id : `${id}/unknown${trouble ? '/emulator' : ''}`,
    label: plain(isNameless ? emulatedTitle(address.name) : controller.title),
    description: trouble?.words ?? controllerDescription(controller, relation),
    icon: trouble ? { id: 'warning', color: YELLOW } : controllerIcon(controller, relation),
    context: [
      canId === undefined ? 'controller' : 'node',
      reachable(controller) ? 'connected' : 'disconnected',
      ...(status ? ['emulated', ...(relation?.kind === 'this-build' ? [] : ['other-build'])] : []),
    ].join(';'),
    tooltip: [...controllerTooltip(controller, relation), ...(trouble ? [trouble.cause, trouble.next] : [])],
    children,
    expanded: canId === undefined,
    controller,
  };
}

/** True when commands may be sent to it. */
function reachable(controller: Controller): boolean {
  return controller.state === 'connected' || controller.state === 'silent';
}

function controllerDescription(controller: Controller, relation: BuildRelation | undefined): string {
  switch (controller.state) {
    case 'connecting':
      return 'connecting …';
    case 'disconnected':
      return 'not there';
    case 'silent':
      return 'does not answer';
    case 'updating':
      return 'being updated';
    case 'connected':
      return relation === undefined ? '' : plain(describeRelation(relation));
  }
}

function controllerIcon(controller: Controller, relation: BuildRelation | undefined): Icon {
  switch (controller.state) {
    case 'connecting':
    case 'updating':
      return { id: 'sync~spin' };
    case 'disconnected':
      return { id: 'debug-disconnect' };
    case 'silent':
      return { id: 'question', color: YELLOW };
    case 'connected':
      if (controller.activeFault) return { id: 'error', color: RED };
      if (relation?.kind === 'this-build') return { id: 'pass-filled', color: GREEN };
      if (relation?.kind === 'other-hardware') return { id: 'circle-slash' };
      return { id: 'circuit-board' };
  }
}

function controllerTooltip(controller: Controller, relation: BuildRelation | undefined): string[] {
  const { identity, problem, canId } = controller;
  const place = formatLinkAddress(controller.address);
  return [
    plain(controller.title),
    `${plain(place, 200)}${canId === undefined ? '' : `, CAN id ${canId}`}`,
    ...(identity ? [`Hardware ${plain(identity.hardware)}, UUID ${plain(identity.uuid)}`] : []),
    ...(relation ? [`Compared with the build of this workspace: ${plain(describeRelation(relation))}`] : []),
    ...(problem ? [plain(problem.message, 400)] : []),
  ];
}

function controllerChildren(
  id: string,
  controller: Controller,
  relationOf: RelationOf,
  crashOf: CrashOf,
): Node[] {
  const { identity, nodes } = controller;
  if (!identity) return [];
  const leaf = (part: Leaf): Node => ({
    tooltip: [],
    children: [],
    expanded: false,
    controller,
    ...part,
    id: `${id}/${part.id}`,
  });
  const children = [
    firmwareNode(leaf, controller),
    ...faultNodes(leaf, controller),
    ...crashNodes(leaf, controller, crashOf),
  ];
  const { values } = controller;
  if (values && controller.state === 'connected') {
    const rows = VALUE_ROWS.map(({ key, label, text }) =>
      leaf({
        id: `values/${key}`,
        // The number first: rows of the tree have no columns, but figures are all of one width.
        label: text(values),
        description: label,
        icon: { id: 'blank' },
        context: 'value',
      }),
    );
    children.push(
      leaf({
        id: 'values',
        label: 'Live values',
        description: '',
        icon: { id: 'pulse' },
        context: 'values',
        children: rows,
        expanded: true,
      }),
    );
  }
  if (controller.lastVerdict !== undefined) {
    children.push(
      leaf({
        id: 'verdict',
        label: 'Last update',
        description: plain(controller.lastVerdict),
        icon: { id: 'history' },
        context: 'verdict',
      }),
    );
  }
  if (nodes !== undefined) {
    children.push(
      leaf({
        id: 'can',
        label: 'CAN bus',
        description: nodes.length === 0 ? 'no other controller' : '',
        icon: { id: 'type-hierarchy' },
        context: 'can',
        children: nodes.map((node) => controllerNode(node, relationOf, crashOf)),
        expanded: true,
      }),
    );
  }
  return children;
}

function firmwareNode(leaf: (part: Leaf) => Node, controller: Controller): Node {
  const { firmware, uuid, hardware, hardwareType } = controller.identity!;
  const { commit, buildId, name } = firmware;
  const parts: [key: string, label: string, text: string][] = [
    ['hardware', 'Hardware', plain(hardware)],
    ['uuid', 'UUID', plain(uuid)],
  ];
  if (commit !== undefined) parts.push(['commit', 'Commit', plain(commit)]);
  if (buildId !== undefined) parts.push(['build', 'Build', plain(buildId)]);
  if (name !== '') parts.push(['name', 'Name', plain(name)]);
  const bootloader = controller.record?.bootloader?.state ?? 'unknown';
  if (hardwareType === 'vesc') parts.push(['bootloader', 'Bootloader', BOOTLOADER[bootloader]]);
  const isDoubtful = (key: string): boolean =>
    key === 'bootloader' && (bootloader === 'missing' || bootloader === 'suspect');
  const short = commit === undefined ? '' : ` · ${plain(commit.replace(/^([0-9a-f]{8})[0-9a-f]+/, '$1'))}`;
  return leaf({
    id: 'firmware',
    label: 'Firmware',
    description: `${formatVersion(firmware)}${short}`,
    icon: { id: 'package' },
    context: 'firmware',
    children: parts.map(([key, label, text]) =>
      leaf({
        id: `firmware/${key}`,
        label,
        description: text,
        icon: isDoubtful(key) ? { id: 'warning', color: YELLOW } : { id: 'blank' },
        context: 'identity',
        tooltip: [`${label}: ${text}`],
      }),
    ),
  });
}

/** More of the past than this belongs into a file, not into a tree. */
const MAX_EARLIER = 50;

/** Nothing before the first look; then one row, red while a fault is active, with the history below it. */
function faultNodes(leaf: (part: Leaf) => Node, controller: Controller): Node[] {
  const { activeFault } = controller;
  if (activeFault === undefined) return [];
  const { thisBoot, earlier } = faultsOf(controller);
  const history = faultLeaves(leaf, 'fault', thisBoot);
  const [latest] = history;
  if (earlier.length > 0) {
    history.push(
      leaf({
        id: 'fault/earlier',
        label: 'Before its last start',
        description: `${earlier.length}`,
        icon: { id: 'history' },
        context: 'earlierFaults',
        tooltip: ['The controller has forgotten these; they were written down here.'],
        children: faultLeaves(leaf, 'fault/earlier', earlier).slice(0, MAX_EARLIER),
      }),
    );
  }
  return [
    leaf({
      id: 'fault',
      label: 'Fault',
      description:
        activeFault !== null ? shortFault(activeFault) : latest ? `none now, last ${latest.label}` : 'none',
      icon: activeFault === null ? { id: 'pass' } : { id: 'error', color: RED },
      context: 'fault',
      tooltip: activeFault === null ? [] : [plain(activeFault), faultMeaning(activeFault)],
      children: history,
      expanded: activeFault !== null,
      ...(activeFault !== null
        ? { fault: { fault: activeFault } }
        : latest?.fault
          ? { fault: latest.fault }
          : {}),
    }),
  ];
}

/** The latest first; each is counted from the oldest, so that a new fault does not change the rows of the others. */
function faultLeaves(leaf: (part: Leaf) => Node, id: string, faults: readonly KeptFault[]): Node[] {
  const leaves = faults.map(({ fault, at, seen, record }, index) => {
    const motor = record === undefined ? '' : `motor ${record.motor}`;
    const time = at === '' ? '' : seen ? timeOfDay(at) : `before ${timeOfDay(at)}`;
    const words = [motor, time].filter((word) => word !== '');
    return leaf({
      id: `${id}/${index + 1}`,
      label: shortFault(fault),
      description: words.join(' · '),
      icon: { id: 'warning' },
      context: 'pastFault',
      tooltip: [
        plain(fault),
        faultMeaning(fault),
        [...words, ...(record ? [faultCircumstances(record)] : [])].join(' · '),
      ],
      fault: { fault, ...(at === '' ? {} : { at }), ...(record && at === '' ? { record } : {}) },
    });
  });
  return leaves.reverse();
}

/** A row only where something went wrong: a crash is recorded, or the watchdog caused the last start. */
function crashNodes(leaf: (part: Leaf) => Node, controller: Controller, crashOf: CrashOf): Node[] {
  const { crashDiag: diag } = controller;
  if (!diag || !(diag.crash || isWatchdogReset(diag))) return [];
  const place = crashOf(controller);
  const { bootsAgo = 1 } = diag.crash ?? {};
  const words = [place?.label ?? '', crashTitle(diag).replace(/^(?:Crash|Halt): /, '')];
  return [
    leaf({
      id: 'crash',
      label: diag.crash?.kind === 'halt' ? 'Halted' : diag.crash ? 'Crashed' : 'Last start',
      description: words.filter((word) => word !== '').join(' · '),
      icon: { id: 'bug', ...(bootsAgo === 1 ? { color: RED } : {}) },
      context: 'crash',
      tooltip: [crashTitle(diag), ...(place ? [`${place.label} ${place.function}`] : [])],
    }),
  ];
}
