import { join, resolve } from 'node:path';
import { isVescError, VescError } from '../../base/errors';
import { findFirmwareTree } from '../../build/firmwareTree';
import { treeLayouts } from '../../build/treeLayouts';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import type { SettingsLayout } from '../../protocol/settings/settingsLayout';
import { type Configuration, type LayoutSource, understand } from '../../settings/configuration';
import { layoutSource } from '../../settings/layoutSource';
import { readConfiguration } from '../../settings/configurationAccess';
import { readSettingsFile, type SettingsFile } from '../../settings/settingsFile';
import { parseSnapshot, type Snapshot } from '../../settings/snapshot';
import { identifyController } from '../../update/controllerIdentity';
import type { CommandContext } from '../command';
import { readFile, workspaceFolder } from '../files';
import type { OptionTable } from '../options';
import { type Connection, requireMotor } from '../target';

/** Where a firmware tree is that knows layouts which no release has. */
export const LAYOUT_OPTIONS = {
  workspace: {
    type: 'string',
    short: 'w',
    value: 'DIR',
    help: 'the firmware tree that knows the layout of a firmware that is no\nrelease, also by its git history (default: here)',
  },
} as const satisfies OptionTable;

/** The layouts of the releases, and of the tree that `--workspace` names, which is looked for only when it is needed. */
export function layoutsOf(
  context: CommandContext,
  values: { readonly workspace: string | undefined },
): LayoutSource {
  const { host } = context;
  return layoutSource(async (...wanted) => {
    try {
      const tree = await findFirmwareTree(await workspaceFolder(context, values), host);
      return await treeLayouts(tree, host)(...wanted);
    } catch (error) {
      if (values.workspace !== undefined || !isVescError(error, 'no-firmware-tree')) throw error;
      return undefined;
    }
  });
}

/** Reads configurations of one controller, its commit being asked for once. */
export class ControllerSettings {
  private commit: Promise<string | undefined> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly layouts: LayoutSource,
  ) {
    requireMotor(connection, 'settings');
  }

  /** @throws VescError of the link, `layout-unknown`, `settings-damaged` */
  async read(kind: ConfigurationKind, defaults = false): Promise<Configuration> {
    const { endpoint } = this.connection;
    try {
      return await readConfiguration(endpoint, kind, this.layouts, { defaults });
    } catch (error) {
      // No release: then the commit it was built from may tell.
      if (!isVescError(error, 'layout-unknown')) throw error;
      const commit = await this.askCommit();
      if (commit === undefined) throw error;
      return readConfiguration(endpoint, kind, this.layouts, { defaults, commit });
    }
  }

  private askCommit(): Promise<string | undefined> {
    const { endpoint, version } = this.connection;
    this.commit ??= identifyController(endpoint, { timeout_ms: 1000, attempts: 3, version }).then(
      ({ firmware }) => firmware.commit,
    );
    return this.commit;
  }
}

/**
 * The configuration `kind` of a motor in a snapshot.
 * @throws VescError `settings-file-unreadable` when it has no such motor, `layout-unknown`
 */
export async function ofSnapshot(
  snapshot: Snapshot,
  kind: ConfigurationKind,
  layouts: LayoutSource,
  path: string,
  motor = 0,
): Promise<Configuration> {
  const settings = snapshot.motors[motor];
  if (!settings) {
    throw new VescError('settings-file-unreadable', { path, reason: `it has no motor ${motor + 1}` });
  }
  return understand(kind, settings[kind], layouts, snapshot.commit);
}

/**
 * The snapshot in a file, if it is one.
 * @throws VescError `file-unreadable`, `snapshot-unreadable` for a damaged one
 */
export async function snapshotIn(context: CommandContext, name: string): Promise<Snapshot | undefined> {
  const text = await textOf(context, name);
  return text.trimStart().startsWith('{') ? parseSnapshot(text, name) : undefined;
}

/**
 * The settings in a file, as {@link readSettingsFile}.
 * @throws VescError `file-unreadable`, `settings-file-unreadable`
 */
export async function settingsIn(
  context: CommandContext,
  name: string,
  present: (kind: ConfigurationKind) => Promise<SettingsLayout | undefined>,
): Promise<SettingsFile> {
  return readSettingsFile(await textOf(context, name), name, present);
}

async function textOf(context: CommandContext, name: string): Promise<string> {
  return new TextDecoder().decode(await readFile(context, resolve(context.folder, name), name));
}

/** Where `name` lies, seen from the folder the command runs in. */
export function pathOf({ folder }: CommandContext, name: string): string {
  return join(resolve(folder, name));
}
