import * as path from 'node:path';

/** Where firmware is looked for. */
export interface FirmwareFolder {
  readonly path: string;
  /** The open folder whose settings hold for firmware that is found there; undefined when none is open. */
  readonly owner: string | undefined;
}

/**
 * Where to look for firmware: in the folders that settings name, each beside the folder it is set for; when none is
 * named, in the open folders themselves.
 * @param settingOf `vesc.firmwareFolder` as it is set for an open folder, or for the window
 */
export function firmwareFolders(
  open: readonly string[],
  settingOf: (folder: string | undefined) => string,
): FirmwareFolder[] {
  const owners: readonly (string | undefined)[] = open.length > 0 ? open : [undefined];
  const named = owners.flatMap((owner) => {
    const setting = settingOf(owner);
    return setting === '' ? [] : [{ path: path.resolve(owner ?? '/', setting), owner }];
  });
  return named.length > 0 ? named : open.map((owner) => ({ path: owner, owner }));
}
