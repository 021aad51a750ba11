import { resolve } from 'node:path';
import { DisposableStore } from '../base/disposable';
import { isVescError, type VescError } from '../base/errors';
import type { FlashPlace } from '../controllers/flashPlace';
import { DEFAULT_TCP_PORT, formatLinkAddress } from '../links/linkAddress';
import { FlashFile, type KeptFlash } from '../simulator/flashFile';
import { servePty } from '../simulator/ptyServer';
import type { ServedController } from '../simulator/servedController';
import { type Server, serveTcp } from '../simulator/tcpServer';
import type { CommandContext } from './command';
import { type OptionTable, readNumber } from './options';

/** Where a controller that this program is can be reached, and where its flash is kept. */
export const SERVING_OPTIONS = {
  tcp: {
    type: 'string',
    value: 'PORT',
    help: `listen at this TCP port of this computer; 0 picks a free one\n(default ${DEFAULT_TCP_PORT}, unless there is --pty)`,
  },
  pty: {
    type: 'string',
    value: 'LINK',
    help: 'be a serial port of this name (Linux and macOS; needs socat)',
  },
  flash: { type: 'string', value: 'FILE', help: 'keep the content of its flash in this file' },
} as const satisfies OptionTable;

interface ServingValues {
  readonly tcp: string | undefined;
  readonly pty: string | undefined;
  readonly flash: string | undefined;
}

/**
 * Holds the file of `--flash`, if one is named, for as long as `owned` lives.
 * @throws VescError `flash-in-use`, `file-unwritable`
 */
export async function claimFlash(
  { folder, host }: CommandContext,
  { flash }: Pick<ServingValues, 'flash'>,
  owned: DisposableStore,
): Promise<FlashPlace | undefined> {
  if (flash === undefined) return undefined;
  const { FlashPlace } = await import('../controllers/flashPlace');
  return owned.add(await FlashPlace.claim(resolve(folder, flash), host.clock));
}

/** What goes on beside the serving; whatever is added to `owned` is disposed of at the end. */
interface ServingHooks {
  /** The default port may be taken: there is another way to the controller, over CAN. */
  readonly isReachedOtherwise?: boolean;
  /** Serves in further ways before anything is announced; what it returns is announced with the rest. */
  readonly serveToo?: (owned: DisposableStore) => Promise<Readonly<Record<string, string>>>;
  /** Rejects when the controller ends by itself; its flash is kept then, too. */
  readonly failed?: Promise<never>;
  /** Called once it is announced where the controller is reached. */
  readonly onServing: (owned: DisposableStore) => void;
}

/**
 * Serves `controller` until the user stops the program, and keeps its flash.
 * @throws VescError `usage`, `cannot-listen`, `file-unwritable`; and what `failed` rejects with
 */
export async function serveUntilStopped(
  context: CommandContext,
  controller: ServedController & { readonly flash: KeptFlash },
  values: ServingValues,
  { isReachedOtherwise = false, serveToo, failed, onServing }: ServingHooks,
): Promise<void> {
  const { core, folder, interruption } = context;
  const tcp = values.tcp ?? (values.pty === undefined ? `${DEFAULT_TCP_PORT}` : undefined);
  const port =
    tcp === undefined ? undefined : readNumber('--tcp', tcp, { min: 0, max: 65_535, integer: true });
  const owned = new DisposableStore();
  try {
    const kept = await keepFlash(context, controller.flash, values, owned);
    const servers: Server[] = [];
    if (port !== undefined) {
      const mayBeTaken = isReachedOtherwise && values.tcp === undefined;
      const server = await serveTcp(controller, { port }).catch((error: unknown) => {
        if (mayBeTaken && isVescError(error, 'cannot-listen')) return undefined;
        throw error;
      });
      if (server) servers.push(owned.add(server));
    }
    if (values.pty !== undefined) {
      const link = resolve(folder, values.pty);
      servers.push(owned.add(await servePty(controller, { link, clock: core.clock })));
    }
    announce(context, servers, values.pty, (await serveToo?.(owned)) ?? {});
    onServing(owned);
    const stopped = new Promise<void>((resolve) => interruption.streams(resolve));
    try {
      await Promise.race(failed ? [stopped, failed] : [stopped]);
    } finally {
      await controller.flash.settle?.();
      await kept?.flush();
    }
  } finally {
    owned.dispose();
  }
}

/** A file that cannot be written is told now, not when something was flashed and gets lost. */
async function keepFlash(
  { host, folder, report }: CommandContext,
  flash: KeptFlash,
  values: ServingValues,
  owned: DisposableStore,
): Promise<FlashFile | undefined> {
  if (values.flash === undefined) return undefined;
  let serving = false;
  const unwritable: VescError[] = [];
  const kept = owned.add(
    new FlashFile(resolve(folder, values.flash), flash, host.clock, (error) => {
      if (serving) report.warn(error.happened);
      else unwritable.push(error);
    }),
  );
  await kept.flush();
  if (unwritable[0]) throw unwritable[0];
  serving = true;
  return kept;
}

function announce(
  { report }: CommandContext,
  servers: readonly Server[],
  pty: string | undefined,
  more: Readonly<Record<string, string>>,
): void {
  const addresses = servers.map(({ address }) => formatLinkAddress(address));
  const tcp = servers.find(({ address }) => address.kind === 'tcp')?.address;
  report.event(
    'listening',
    {
      address: addresses[0],
      addresses,
      ...(tcp?.kind === 'tcp' ? { host: tcp.host, port: tcp.port } : {}),
      ...(pty === undefined ? {} : { pty: addresses.at(-1) }),
      ...more,
    },
    addresses.length === 0
      ? `Not listening: another program does at port ${DEFAULT_TCP_PORT} (--tcp 0 picks a free one)`
      : `Listening on ${addresses.join(' and ')}`,
  );
}
