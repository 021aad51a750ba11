import assert from 'node:assert/strict';
import { describeRelation, relateToBuild } from '../../../src/controllers/buildRelation';
import type { ControllerIdentity } from '../../../src/update/controllerIdentity';

const BUILD_ID = `vb1-${'2'.repeat(40)}`;
const CONTROLLER: ControllerIdentity = {
  uuid: '00112233445566778899aabb',
  hardware: '60_MK6',
  hardwareType: 'vesc',
  firmware: { major: 6, minor: 6, test: 0, name: '', commit: 'c'.repeat(40), buildId: BUILD_ID },
};

describe('build relation', () => {
  const say = (...parameters: Parameters<typeof relateToBuild>): string =>
    describeRelation(relateToBuild(...parameters));

  it('says "this build" only when the identity is the same', () => {
    assert.equal(say(CONTROLLER, { buildId: BUILD_ID }, { relation: 'unknown' }), 'running this build');
    assert.equal(
      say(CONTROLLER, { buildId: 'vb1-other' }, { relation: 'same' }),
      'same commit, another build',
    );
  });

  it('says how far away the commit is', () => {
    assert.equal(say(CONTROLLER, {}, { relation: 'behind', commits: 3 }), '3 commits behind');
    assert.equal(say(CONTROLLER, undefined, { relation: 'ahead', commits: 1 }), '1 commit ahead');
    assert.equal(
      say(CONTROLLER, {}, { relation: 'diverged', behind: 1, ahead: 2 }),
      'another branch, 1 behind, 2 ahead',
    );
    assert.equal(say(CONTROLLER, {}, { relation: 'unknown' }), 'another tree');
    assert.equal(say(CONTROLLER, undefined, { relation: 'unknown' }), 'no build to compare with');
  });

  it('puts other hardware before everything else', () => {
    const build = { hardware: '75_300', buildId: BUILD_ID };
    assert.equal(say(CONTROLLER, build, { relation: 'same' }), 'other hardware than 75_300');
    assert.equal(
      say(CONTROLLER, { hardware: '60 mk6', buildId: BUILD_ID }, { relation: 'same' }),
      'running this build',
    );
  });
});
