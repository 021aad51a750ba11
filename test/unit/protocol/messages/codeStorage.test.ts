import { CommandId } from '../../../../src/protocol/commandId';
import { decodeReply } from '../../../../src/protocol/request';
import assert from 'node:assert/strict';
import * as code from '../../../../src/protocol/messages/codeStorage';
import { bytes, exchange, refuses, sends } from './exchange';

const data = bytes('aabb');

describe('stored code', () => {
  const READERS = [
    ['82', code.lispReadCode],
    ['76', code.qmlReadCode],
    ['75', code.qmlReadHardwareCode],
  ] as const;
  for (const [id, read] of READERS) {
    it(`is read in pieces (${read.name})`, () => {
      const request = read(400, 16);
      const sent = `${id} 00000190 00000010`;
      exchange(request, sent, `${id} 000003e8 00000010 aabb`, { total: 1000, offset: 16, data });
      // Empty storage says so with zeros, whatever was asked.
      exchange(request, sent, `${id} 00000000 00000000`, { total: 0, offset: 0, data: new Uint8Array(0) });
      refuses(request, `${id} 000003e8 00000000 aabb`, `${id} 000003e8`);
    });
  }

  it('is erased', () => {
    exchange(code.lispEraseCode(-2), '84 fffffffe', '84 01', true);
    exchange(code.qmlErase(100), '78 00000064', '78 00', false);
  });

  it('is written in pieces', () => {
    exchange(code.lispWriteCode(16, data), '83 00000010 aabb', '83 01 00000010', { ok: true, offset: 16 });
    exchange(code.qmlWrite(16, data), '79 00000010 aabb', '79 00 00000010', { ok: false, offset: 16 });
    refuses(code.qmlWrite(16, data), '79 01 00000000', '79 01');
  });
});

describe('LispBM', () => {
  it('is paused and restarted', () => {
    exchange(code.lispSetRunning(true), '85 01', '85 01', true);
    exchange(code.lispSetRunning(false), '85 00', '85 01', true);
  });

  it('tells how it does, up to wherever its answer is full', () => {
    const stats = {
      cpu_percent: 12.5,
      heap_percent: 25,
      memory_percent: 50,
      stack_percent: 0,
      result: '',
      variables: [
        { name: 'vt-a', value: 1 },
        { name: 'b', value: -0.5 },
      ],
    };
    const head = '86 04e2 09c4 1388 0000 00';
    exchange(code.lispGetStats(true), '86 01', `${head} "vt-a" 00 3f800000 "b" 00 bf000000`, stats);
    exchange(code.lispGetStats(false), '86 00', head, { ...stats, variables: [] });
    const old = '86 04e2 09c4 1388 0064 "t" 00';
    exchange(code.lispGetStats(false), '86 00', old, {
      ...stats,
      stack_percent: 1,
      result: 't',
      variables: [],
    });
  });

  it('evaluates and prints', () => {
    sends(code.lispReplCommand(':info'), '8a ":info" 00');
    assert.equal(code.decodeLispPrint(bytes('87 "> 3" 00')), '> 3');
    assert.equal(code.decodeLispPrint(bytes('15 "x"')), undefined);
    sends(code.encodeLispPrint('> 3'), '87 "> 3"');
  });

  it('prints and takes the characters of a source, and shows what is none of its encoding', () => {
    sends(code.lispReplCommand('20 °C'), '8a "20 " c2b0 "C" 00');
    assert.equal(code.decodeLispPrint(bytes('87 "20 " c2b0 "C" 00')), '20 °C');
    assert.equal(code.decodeLispPrint(bytes('87 "20 " b0 "C" 00')), '20 °C');
  });

  it('takes streamed code', () => {
    const piece = { offset: 384, total: 1000, mode: code.LispStreamMode.restartWithCode, data };
    const sent = '8b 00000180 000003e8 02 aabb';
    exchange(code.lispStreamCode(piece), sent, '8b 00000180 0000', { offset: 384, result: 0 });
    exchange(code.lispStreamCode(piece), sent, '8b 00000180 fffe 0000', { offset: 384, result: -2 });
    refuses(code.lispStreamCode(piece), '8b 00000000 0000', '8b 00000180');
    assert.deepEqual(
      Object.keys(code.lispStreamResults)
        .map(Number)
        .sort((a, b) => b - a),
      [0, -1, -2, -3, -4, -5, -6, -15],
    );
    assert.equal(code.lispStreamResults[-2], 'the reader is busy');
    assert.equal(code.lispStreamResults[-3], 'LispBM could not be paused');
    assert.deepEqual(Object.values(code.LispStreamMode), [0, 1, 2]);
  });

  it('takes messages from afar', () => {
    sends(code.lispRemoteMessage(3, data), '98 03 aabb');
  });

  it('finds the CRC of the app among what :info prints', () => {
    const request = code.lispImageVersion();
    assert.deepEqual(request.payload, code.lispReplCommand(':info'));
    assert.equal(decodeReply(request, code.encodeLispPrint('ImageVer   : DB2078C4')), 0xdb2078c4);
    assert.equal(decodeReply(request, code.encodeLispPrint('Heap size: 16384 bytes')), undefined);
    assert.equal(decodeReply(request, Uint8Array.of(CommandId.PRINT, 0x30)), undefined);
    assert.equal(request.decode(Uint8Array.of(CommandId.PRINT, 0x30)), undefined, 'no print of LispBM');
  });
});
