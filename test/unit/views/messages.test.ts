import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { BuildResult } from '../../../src/build/buildResult';
import { buildNotice, crashNotice, errorNotice, faultNotice } from '../../../src/views/messages';

describe('messages', () => {
  it('tell cause, state and next step of an error, and what can be pressed', () => {
    const notice = errorNotice(new VescError('not-connected', { what: 'any controller' }));
    assert.equal(notice.text, 'No connection to any controller. Connect to it first.');
    assert.deepEqual(notice.actions, ['connect', 'simulate']);
  });

  it('end every sentence', () => {
    const failed = new VescError('build-failed', { board: '60', errors: 1, first: 'main.c:3: no (why)' });
    assert.match(errorNotice(failed).text, /main\.c:3: no \(why\)\. No image was made/);
  });

  it('call a bug a bug', () => {
    const notice = errorNotice(new TypeError('x is undefined'));
    assert.match(notice.text, /inside: x is undefined/);
    assert.deepEqual(notice.actions, ['log']);
  });

  it('offer what mends an error, where there is a command for it', () => {
    const actions = (error: VescError): readonly string[] => errorNotice(error).actions;
    assert.deepEqual(actions(new VescError('port-not-found', { path: 'COM5' })), ['connect', 'log']);
    assert.deepEqual(actions(new VescError('bootloader-empty', { name: 'x' })), [
      'install-bootloader',
      'log',
    ]);
    assert.deepEqual(actions(new VescError('no-snapshot', { path: 'x', uuid: 'y', hardware: 'z' })), [
      'restore-settings',
      'log',
    ]);
  });

  it('tell of a build, good or bad', () => {
    const good: BuildResult = {
      ok: true,
      board: '60',
      version: '7.01',
      memory: [],
      diagnostics: [],
      duration_ms: 3100,
      compiled: 2,
      warnings: [],
    };
    assert.deepEqual(buildNotice(good), {
      severity: 'information',
      text: 'Built 60 7.01 in 3.1 s (2 files compiled).',
      actions: [],
    });
    assert.match(
      buildNotice({ ...good, compiled: 0, warnings: ['Old.'] }).text,
      /nothing had changed\)\. Old\.$/,
    );
    const failure = new VescError('build-failed', { board: '60', errors: 1, first: 'main.c:1: no' });
    assert.match(buildNotice({ ...good, ok: false, failure }).text, /main\.c:1: no/);
    assert.deepEqual(buildNotice({ ...good, ok: false }).actions, ['problems', 'output']);
  });

  it('explain a fault', () => {
    assert.equal(
      faultNotice('60', 'FAULT_CODE_ABS_OVER_CURRENT').text,
      '60: fault ABS OVER CURRENT. A phase current went beyond the absolute maximum.',
    );
    assert.equal(faultNotice('60', 'FAULT_CODE_NEW').text, '60: fault NEW.');
  });
});

describe('the message of a crash', () => {
  it('leads to the line where it is known', () => {
    assert.deepEqual(crashNotice('60', 'Crash: undefined instruction', 'a.c:3'), {
      severity: 'warning',
      text: '60 crashed at a.c:3 and started over: undefined instruction.',
      actions: ['line', 'crash'],
    });
    const halt = crashNotice('60', 'Halt: stack overflow', undefined);
    assert.deepEqual([halt.text, halt.actions], ['60 halted and started over: stack overflow.', ['crash']]);
  });
});
