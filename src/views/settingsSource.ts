import { VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import type { Core } from '../controllers/core';
import type { ConfigurationKind } from '../protocol/messages/configuration';
import { type Configuration, type LayoutSource, understand } from '../settings/configuration';
import { readConfiguration, writeConfiguration, type WrittenSettings } from '../settings/configurationAccess';
import type { ControllerAccess } from '../settings/controllerAccess';
import { parseSnapshot } from '../settings/snapshot';
import { requireStandstill } from '../update/standstill';
import type { SettingsPlace } from './settingsPlace';

type ConfigurationPlace = Exclude<SettingsPlace, { readonly source: 'migration' }>;

/** Reads and writes the settings that documents show, wherever they are. */
export class SettingsSource {
  constructor(
    private readonly registry: Core['registry'],
    private readonly layouts: LayoutSource,
    private readonly readFile: (path: string) => Promise<Uint8Array>,
  ) {}

  /** @throws VescError of the link, `not-connected`, `layout-unknown`, `settings-damaged`, `snapshot-unreadable` */
  async read(place: ConfigurationPlace): Promise<Configuration> {
    const { kind, uuid } = place;
    if (place.source === 'snapshot') {
      const snapshot = parseSnapshot(new TextDecoder().decode(await this.readFile(place.path)), place.path);
      const motor = snapshot.motors.find((each) => each.uuid === uuid);
      if (!motor) {
        throw new VescError('settings-file-unreadable', {
          path: place.path,
          reason: `it has no motor ${uuid}`,
        });
      }
      return understand(kind, motor[kind], this.layouts, snapshot.commit);
    }
    const controller = this.controllerOf(uuid);
    const commit = controller.identity?.firmware.commit;
    const defaults = place.source === 'defaults';
    return readConfiguration(this.accessTo(controller).endpoint, kind, this.layouts, { commit, defaults });
  }

  /**
   * Writes `wanted` to the controller `uuid` and reads it back; never while an update owns it.
   * @throws VescError of the link, `not-connected`, `controller-busy`, `motor-turning`, `settings-not-taken`
   */
  async write(
    uuid: string,
    kind: ConfigurationKind,
    wanted: ReadonlyMap<string, number>,
  ): Promise<WrittenSettings> {
    const controller = this.controllerOf(uuid);
    if (controller.state === 'updating') throw new VescError('controller-busy', { what: controller.title });
    const access = this.accessTo(controller);
    await requireStandstill(access.endpoint);
    const present = await this.read({ source: 'controller', uuid, kind });
    return writeConfiguration(access, present, wanted);
  }

  /** @throws VescError `not-connected` */
  controllerOf(uuid: string): Controller {
    const found = this.registry.controllers
      .flatMap((controller) => [controller, ...(controller.nodes ?? [])])
      .find((controller) => controller.identity?.uuid === uuid);
    if (!found) throw new VescError('not-connected', { what: `the controller with UUID ${uuid}` });
    return found;
  }

  private accessTo(controller: Controller): ControllerAccess {
    if (controller.state === 'updating') throw new VescError('controller-busy', { what: controller.title });
    return this.registry.accessTo(controller);
  }
}
