import type { Disposable } from '../base/disposable';
import { sameBytes } from '../base/sameBytes';
import { stage, type StagedImage } from '../image/stagingHeader';

/** A thread at work on one image. Disposing it ends the work, and `staged` rejects. */
export interface StageThread extends Disposable {
  readonly staged: Promise<StagedImage>;
}

/** Starts a thread that makes `app` ready for the staging area; may throw where there are no threads. */
export type StartStageThread = (app: Uint8Array) => StageThread;

/**
 * Makes images ready for the staging area beside everything else, so that neither the editor nor the reading of
 * settings waits for the compression. Where no thread can be started, or it ends without a result, the work is done
 * here. Several controllers that are given the same image share the work.
 */
export class ImageStager implements Disposable {
  private latest: { readonly app: Uint8Array; readonly staged: Promise<StagedImage> } | undefined;
  private readonly threads = new Set<StageThread>();
  private disposed = false;

  /** @param startThread `undefined`: everything is done here */
  constructor(private readonly startThread: StartStageThread | undefined) {}

  /**
   * The image with its staging header, compressed where it has to be. Nobody may change what is returned.
   * @throws VescError `image-does-not-fit`
   */
  stage(app: Uint8Array): Promise<StagedImage> {
    if (this.latest === undefined || !sameBytes(this.latest.app, app)) {
      this.latest = { app: app.slice(), staged: this.compute(app) };
    }
    return this.latest.staged;
  }

  dispose(): void {
    this.disposed = true;
    this.latest = undefined;
    for (const thread of this.threads) thread.dispose();
  }

  private async compute(app: Uint8Array): Promise<StagedImage> {
    let thread: StageThread | undefined;
    try {
      thread = this.startThread?.(app);
      if (thread) {
        this.threads.add(thread);
        return await thread.staged;
      }
    } catch (error) {
      // Nobody waits for it any more.
      if (this.disposed) throw error;
    } finally {
      if (thread) {
        this.threads.delete(thread);
        thread.dispose();
      }
    }
    // An image that cannot be staged is refused by the same error class here as anywhere.
    return stage(app);
  }
}
