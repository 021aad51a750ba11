import type { StagedImage } from '../image/stagingHeader';
import type { Endpoint } from '../links/endpoint';
import { writeStaging } from '../protocol/messages/update';
import { keep, type UpdateRecord } from './updateRecord';
import type { SharedUpdate, UpdateRequest, UpdaterDependencies } from './updater';
import { eraseStaging, writeFlash } from './upload';
import { openWindow, rememberWindow } from './uploadWindow';

export interface Staging {
  readonly endpoint: Endpoint;
  readonly staged: StagedImage;
  readonly request: UpdateRequest;
  readonly shared: SharedUpdate | undefined;
  readonly signal: AbortSignal;
}

/**
 * Erases the staging area and uploads an image to it, as fast as the link allows.
 * @throws VescError `erase-refused`, `write-refused`, and those of the link
 */
export async function uploadStaged(
  dependencies: UpdaterDependencies,
  record: UpdateRecord,
  { endpoint, staged, request, shared, signal }: Staging,
): Promise<void> {
  const { clock } = dependencies;
  const target = { ...request.target, uuid: record.controller.uuid };
  // What the link takes is looked up while the flash is erased.
  const opening = shared ? Promise.resolve(shared.window) : openWindow(dependencies, target, request.window);
  opening.catch(() => undefined);
  record.report('erase', 0, 'Erasing the staging area');
  await record.timer.time('erase', () => eraseStaging(endpoint, staged.bytes.length, signal));
  const window = await opening;
  const started = clock.now();
  const total_B = staged.bytes.length;
  await record.timer.time('upload', async (bytes) => {
    const sent_B = await writeFlash(endpoint, writeStaging, staged.bytes, {
      clock,
      window,
      ...(shared ? { begin: shared.begin } : {}),
      signal,
      onProgress: (sent) => {
        const seconds = (clock.now() - started) / 1000;
        const speed = seconds > 0 ? { bytesPerSecond: Math.round(sent / seconds) } : {};
        record.report('upload', sent / total_B, 'Uploading', speed);
      },
    });
    bytes(sent_B);
  });
  if (!shared && request.window === undefined) await keep(rememberWindow(dependencies, target, window));
}
