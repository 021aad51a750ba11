import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { type OptionTable, readArguments, readNumber } from '../../../src/cli/options';

const TABLE = {
  port: { type: 'string', short: 'p', value: 'PORT', help: '' },
  json: { type: 'boolean', help: '' },
  override: { type: 'string', multiple: true, help: '' },
} as const satisfies OptionTable;

const read = (...args: string[]) => readArguments('try', TABLE, 1, args);

function refused(work: () => unknown, words: RegExp): void {
  assert.throws(work, (error) => {
    assert.ok(isVescError(error, 'usage'));
    assert.equal(error.exitStatus, 2);
    assert.match(error.message, words);
    return true;
  });
}

describe('options', () => {
  it('reads what is given and leaves the rest at nothing', () => {
    assert.deepEqual(read(), {
      options: { port: undefined, json: false, override: [] },
      positionals: [],
    });
    assert.deepEqual(read('-p', 'sim:', 'file', '--json', '--override', 'a', '--override=b'), {
      options: { port: 'sim:', json: true, override: ['a', 'b'] },
      positionals: ['file'],
    });
  });

  it('takes everything behind -- as it is', () => {
    assert.deepEqual(read('--', '--json').positionals, ['--json']);
  });

  it('refuses what it does not know, and says what is near', () => {
    refused(
      () => read('--prot', 'x'),
      /vesc try has no option --prot\. Did you mean --port\? See vesc try --help\./,
    );
    refused(() => read('-x'), /no option -x/);
    refused(() => read('one', 'two'), /does not know what to do with "two"/);
  });

  it('misses a value that was forgotten, also when an option follows', () => {
    refused(() => read('--port'), /--port needs a value: PORT/);
    refused(() => read('--port', '--json'), /--port needs a value/);
    assert.equal(read('--port=-odd').options.port, '-odd');
    assert.equal(read('--port', '-').options.port, '-');
  });

  it('refuses a value for a switch, and one option twice', () => {
    refused(() => read('--json=yes'), /--json takes no value/);
    refused(() => read('--port', 'a', '--port', 'b'), /--port is given twice/);
  });

  it('reads numbers within their range', () => {
    assert.equal(readNumber('--can', '12', { min: 0, max: 253, integer: true }), 12);
    assert.equal(readNumber('--watch', '0.5', { min: 0.1, max: 10 }), 0.5);
    for (const text of ['', ' ', 'x', '-1', '254', '1.5', 'Infinity', 'NaN']) {
      refused(
        () => readNumber('--can', text, { min: 0, max: 253, integer: true }),
        /--can takes a whole number from 0 to 253/,
      );
    }
  });
});
