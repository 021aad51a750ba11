import { VescError } from '../../base/errors';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import type { SettingsLayout } from '../../protocol/settings/settingsLayout';
import { CONFIGURATION_NAMES, type Configuration, type LayoutSource } from '../../settings/configuration';
import { compareConfigurations } from '../../settings/settingsComparison';
import type { CommandContext } from '../command';
import { UNKNOWN } from '../format';
import { helpOf } from '../options';
import { table } from '../table';
import { connect, type Connection } from '../target';
import { type ConfigValues, kindsOf } from './options';
import { type Side, snapshotSide } from './reading';
import { requireNoController, requireNoMotor } from './usedOptions';
import { ControllerSettings, layoutsOf, pathOf, settingsIn, snapshotIn } from './sources';

/** `vesc config diff`: what differs between two of controllers, defaults and files. */
export async function compare(
  context: CommandContext,
  options: ConfigValues,
  operands: readonly string[],
): Promise<void> {
  if (operands.length === 0 || operands.length > 2) {
    throw new VescError('usage', {
      problem: 'vesc config diff takes one side or two.',
      help: helpOf('config'),
    });
  }
  const [one, other] = operands.length === 2 ? operands : ['controller', operands[0]!];
  const open = new Connections(context, options);
  try {
    const [before, after] = [await open.side(one!), await open.side(other!)];
    open.requireUsedOptions();
    const kinds = kindsOf(options).filter(
      (kind) => before.configurations.has(kind) && after.configurations.has(kind),
    );
    const differences = kinds.flatMap((kind) =>
      compareConfigurations(before.configurations.get(kind)!, after.configurations.get(kind)!).map(
        (difference) => ({ kind, ...difference }),
      ),
    );
    context.report.result(
      { compared: kinds, differences },
      differences.length === 0
        ? [`No differences in ${kinds.map((kind) => CONFIGURATION_NAMES[kind]).join(' and ')}.`]
        : table(
            [{ title: 'SETTING' }, { title: before.title }, { title: after.title }],
            differences.map((each) => [each.name, each.before ?? UNKNOWN, each.after ?? UNKNOWN]),
            context.style.dim,
          ),
    );
  } finally {
    open.dispose();
  }
}

/** The controllers a comparison talks to, each connected once. */
class Connections {
  private readonly open = new Map<string, Promise<Connection>>();
  private snapshots = 0;
  private readonly layouts: LayoutSource;

  constructor(
    private readonly context: CommandContext,
    private readonly options: ConfigValues,
  ) {
    this.layouts = layoutsOf(context, options);
  }

  /** One side of a comparison, as the user names it. */
  async side(name: string): Promise<Side> {
    if (name === 'controller' || name === 'defaults') return this.controllerSide(name, undefined);
    const status = await this.context.host.files.status(pathOf(this.context, name));
    if (status?.kind !== 'file') return this.controllerSide('controller', name);
    if (await snapshotIn(this.context, name)) {
      this.snapshots++;
      return snapshotSide(this.context, this.options, this.layouts, name);
    }
    const file = await settingsIn(this.context, name, (kind) => this.presentLayout(kind));
    if (file.problems.length > 0) throw new VescError('settings-invalid', { problems: file.problems });
    return { title: name, configurations: new Map([[file.kind, file.configuration]]) };
  }

  /** What each side is shows only with its file; nothing but reading has happened. @throws VescError `usage` */
  requireUsedOptions(): void {
    if (this.open.size === 0) requireNoController('a comparison of files', this.options);
    if (this.snapshots === 0) requireNoMotor('a comparison without a snapshot', this.options);
  }

  dispose(): void {
    for (const connection of this.open.values())
      connection.then(
        (each) => each.dispose(),
        () => {},
      );
  }

  private async controllerSide(what: 'controller' | 'defaults', address: string | undefined): Promise<Side> {
    const settings = await this.settings(address);
    const configurations = new Map<ConfigurationKind, Configuration>();
    for (const kind of kindsOf(this.options)) {
      configurations.set(kind, await settings.read(kind, what === 'defaults' || this.options.defaults));
    }
    return { title: address ?? what, configurations };
  }

  /** The layout of the controller, for a file; without one, a file is read as the newest release. */
  private async presentLayout(kind: ConfigurationKind): Promise<SettingsLayout | undefined> {
    if (this.open.size === 0) return undefined;
    return (await (await this.settings(undefined)).read(kind)).layout;
  }

  private async settings(address: string | undefined): Promise<ControllerSettings> {
    const key = address ?? '';
    const { can: _, ...elsewhere } = this.options;
    const target = address === undefined ? this.options : { ...elsewhere, port: address };
    const connection = this.open.get(key) ?? connect(this.context, target);
    this.open.set(key, connection);
    return new ControllerSettings(await connection, this.layouts);
  }
}
