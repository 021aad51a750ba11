import type { CommitRelation } from '../build/gitState';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { sameHardware } from '../update/sameHardware';

/** The build that a controller is held against: the last one of the active board in this workspace. */
export interface ActiveBuild {
  readonly hardware?: string;
  readonly commit?: string;
  readonly buildId?: string;
}

/** How what a controller runs relates to the workspace's build. */
export type BuildRelation =
  | { readonly kind: 'this-build' }
  | { readonly kind: 'other-hardware'; readonly expected: string }
  | { readonly kind: 'same-commit' }
  | { readonly kind: 'behind' | 'ahead'; readonly commits: number }
  | { readonly kind: 'diverged'; readonly behind: number; readonly ahead: number }
  | { readonly kind: 'another-tree' | 'no-build' };

/**
 * Compares what runs with what was built. Only the build identity proves `this-build`; the same commit may have
 * been built from changed files.
 */
export function relateToBuild(
  controller: ControllerIdentity,
  build: ActiveBuild | undefined,
  commit: CommitRelation,
): BuildRelation {
  if (build?.hardware !== undefined && !sameHardware(build.hardware, controller.hardware)) {
    return { kind: 'other-hardware', expected: build.hardware };
  }
  if (build?.buildId !== undefined && build.buildId === controller.firmware.buildId)
    return { kind: 'this-build' };
  switch (commit.relation) {
    case 'same':
      return { kind: 'same-commit' };
    case 'unknown':
      return build ? { kind: 'another-tree' } : { kind: 'no-build' };
    case 'diverged':
      return { kind: 'diverged', behind: commit.behind, ahead: commit.ahead };
    default:
      return { kind: commit.relation, commits: commit.commits };
  }
}

/** The relation in a few words, as the tree shows it. */
export function describeRelation(relation: BuildRelation): string {
  switch (relation.kind) {
    case 'this-build':
      return 'running this build';
    case 'same-commit':
      return 'same commit, another build';
    case 'behind':
    case 'ahead':
      return `${relation.commits} ${relation.commits === 1 ? 'commit' : 'commits'} ${relation.kind}`;
    case 'diverged':
      return `another branch, ${relation.behind} behind, ${relation.ahead} ahead`;
    case 'another-tree':
      return 'another tree';
    case 'other-hardware':
      return `other hardware than ${relation.expected}`;
    case 'no-build':
      return 'no build to compare with';
  }
}
