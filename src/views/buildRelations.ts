import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { CommitRelation } from '../build/gitState';
import { type ActiveBuild, type BuildRelation, relateToBuild } from '../controllers/buildRelation';
import type { Controller } from '../controllers/controller';

export interface BuildRelationsDependencies {
  /** The build of the board that is worked on. */
  readonly activeBuild: () => ActiveBuild | undefined;
  /** Compares a commit that a controller reports with what is checked out; takes a moment. */
  readonly compare: (commit: string) => Promise<CommitRelation>;
}

/** How each controller relates to this workspace's build, known at once or as soon as git has answered. */
export class BuildRelations implements Disposable {
  private readonly changes = new Emitter<void>();
  private commits = new Map<string, CommitRelation | 'asked'>();

  /** Fires when a relation became known, or may be another one now. */
  readonly onChange = this.changes.event;

  constructor(private readonly dependencies: BuildRelationsDependencies) {}

  /** The relation of `controller`; undefined while it is not known. */
  of(controller: Controller): BuildRelation | undefined {
    const { identity } = controller;
    if (!identity) return undefined;
    const { commit } = identity.firmware;
    const relation = commit === undefined ? ({ relation: 'unknown' } as const) : this.commitRelation(commit);
    return relation && relateToBuild(identity, this.dependencies.activeBuild(), relation);
  }

  /** Asks git again: another commit is checked out, or another tree is worked on. */
  refresh(): void {
    this.commits = new Map();
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private commitRelation(commit: string): CommitRelation | undefined {
    const known = this.commits.get(commit);
    if (known !== undefined) return known === 'asked' ? undefined : known;
    const { commits } = this;
    commits.set(commit, 'asked');
    void this.dependencies
      .compare(commit)
      .catch((): CommitRelation => ({ relation: 'unknown' }))
      .then((relation) => {
        // Asked before the last refresh: the answer may be an old one.
        if (commits !== this.commits) return;
        commits.set(commit, relation);
        this.changes.fire();
      });
    return undefined;
  }
}
