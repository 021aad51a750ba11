import assert from 'node:assert/strict';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import { forwardCan } from '../../../src/protocol/messages/can';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { CommandId } from '../../../src/protocol/commandId';
import { writeStaging } from '../../../src/protocol/messages/update';
import { countedEndpoint } from '../../../src/update/countedEndpoint';
import { SharedClaims } from '../../../src/update/sharedClaims';
import { UploadWindow } from '../../../src/update/uploadWindow';
import { FrameDecoder } from '../../../src/protocol/frame';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS } from '../../support/updateBench';

describe('a session that several updates have claimed', () => {
  const clock = new VirtualClock();
  const sent: Uint8Array[] = [];
  let session: Session;
  beforeEach(() => {
    sent.length = 0;
    const { link, device } = createMemoryDuplex(ADDRESS, clock);
    const decoder = new FrameDecoder();
    device.onData((bytes) => sent.push(...decoder.push(bytes)));
    session = new Session(link, clock);
  });
  afterEach(() => session.dispose());

  const ALIVE = Uint8Array.of(CommandId.ALIVE);

  it('keeps strangers out until the last lets go, and the others may visit', async () => {
    const claims = new SharedClaims('it is tested');
    const [one, other] = [claims.take(session), claims.take(session)];
    one.dispose();
    one.dispose();
    await assert.rejects(session.send(ALIVE), { code: 'link-in-use' });
    assert.throws(() => session.claim('somebody else'), { code: 'link-in-use' });
    await other.endpoint().send(ALIVE);
    await claims.visit(session, 7).send(ALIVE);
    other.dispose();
    await session.send(ALIVE);
    await claims.visit(session, undefined).send(ALIVE);
    await claims.visit(session, 7).send(ALIVE);
    await clock.advance(0);
    const forwarded = forwardCan(7, ALIVE);
    assert.deepEqual(sent, [ALIVE, forwarded, ALIVE, ALIVE, forwarded]);
  });

  it('counts what they send in the window of their uploads', async () => {
    const window = new UploadWindow({ first: 1, most: 1 });
    const claims = new SharedClaims('it is tested', window);
    const claim = claims.take(session);
    await window.enter(new AbortController().signal);
    const large = {
      payload: new Uint8Array(100).fill(CommandId.ALIVE),
      replyId: CommandId.ALIVE,
      decode: () => undefined,
    };
    for (const endpoint of [claim.endpoint(), claims.visit(session, undefined)]) {
      const cancel = new AbortController();
      const waiting = assert.rejects(endpoint.request(large, { signal: cancel.signal }), /enough/);
      await clock.advance(0);
      cancel.abort(new Error('enough'));
      await waiting;
    }
    assert.deepEqual(sent, []);
    claim.dispose();
  });
});

describe('an endpoint beside uploads', () => {
  const SIGNAL = new AbortController().signal;

  it('lets large requests wait for a place, and gives it back', async () => {
    const window = new UploadWindow({ first: 1, most: 1 });
    const endpoint = fakeEndpoint(() => Uint8Array.of(CommandId.ALIVE), {
      canId: 4,
      terminal: (command) => [command],
    });
    const counted = countedEndpoint(endpoint, window);
    const large = { payload: new Uint8Array(400), replyId: CommandId.ALIVE, decode: () => 'done' };
    await window.enter(SIGNAL);
    const waiting = counted.request(large);
    await counted.send(Uint8Array.of(1));
    assert.deepEqual([counted.canId, await counted.terminal('help')], [4, ['help']]);
    assert.equal(endpoint.sent.length, 1);
    window.leave();
    assert.equal(await waiting, 'done');
    await window.enter(SIGNAL);
  });

  it('lets small requests and writes, which are counted already, go at once', async () => {
    const window = new UploadWindow({ first: 1, most: 1 });
    await window.enter(SIGNAL);
    const write = writeStaging(0, new Uint8Array(300));
    const endpoint = fakeEndpoint((payload) =>
      payload.length > 100 ? Uint8Array.of(CommandId.WRITE_NEW_APP_DATA, 1, 0, 0, 0, 0) : undefined,
    );
    const counted = countedEndpoint(endpoint, window);
    assert.ok((await counted.request(write)).ok);
    await assert.rejects(counted.request(fwVersion()), { code: 'no-answer' });
  });
});
