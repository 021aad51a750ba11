import assert from 'node:assert/strict';
import {
  absenceOf,
  clockRate,
  ranOn,
  readUptime,
  readUptimeLater,
  type Uptime,
} from '../../../src/update/uptime';
import { CommandId } from '../../../src/protocol/commandId';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { VirtualClock } from '../../support/virtualClock';

const at = (at_ms: number, uptime_ms: number, asked_ms = at_ms): Uptime => ({ asked_ms, at_ms, uptime_ms });

describe('the uptime of a controller', () => {
  /** GET_VALUES_SETUP_SELECTIVE with bit 21, the uptime in milliseconds. */
  const answering = (uptime_ms: () => number) =>
    fakeEndpoint((request) => {
      assert.equal(request[0], CommandId.GET_VALUES_SETUP_SELECTIVE);
      const reply = Buffer.alloc(9);
      reply.set(request.subarray(0, 5));
      reply.writeUInt32BE(uptime_ms(), 5);
      return reply;
    });

  it('is read with the moment it was read at, and a second time no sooner than it tells a rate', async () => {
    const clock = new VirtualClock();
    const endpoint = answering(() => 5000 + clock.now() * 10);
    const first = await clock.run(readUptime(endpoint, clock));
    assert.deepEqual(first, at(clock.now(), 5000 + clock.now() * 10));
    const later = await clock.run(readUptimeLater(endpoint, clock, first));
    assert.equal(later!.at_ms - first.at_ms, 200);
    assert.equal(clockRate(first, later), 10);
    assert.equal(await readUptimeLater(endpoint, clock, undefined), undefined);
  });

  it('tells how fast its clock runs, where that can be told', () => {
    assert.equal(clockRate(at(0, 0), at(1000, 1050)), 1, 'a clock is never exact');
    assert.equal(clockRate(at(0, 0), at(1000, 5000)), 5);
    assert.equal(clockRate(at(0, 0), at(100, 500)), 1, 'too soon to tell');
    assert.equal(clockRate(at(0, 9000), at(1000, 10)), 1, 'it restarted in between');
    assert.equal(clockRate(at(0, 0), undefined), 1);
  });

  it('is not taken for fast or slow because answers were late', () => {
    assert.equal(clockRate(at(100, 6000, 0), at(310, 6300, 300)), 1, 'the first answer took its time');
    assert.equal(clockRate(at(10, 6000, 0), at(400, 6205, 210)), 1, 'the second one did');
    assert.equal(clockRate(at(10, 6000, 0), at(410, 8000, 390)), 5, 'but nothing of the kind explains this');
    const copied = absenceOf(at(0, 60_000), at(20_600, 6000, 20_500), at(20_810, 6300, 20_800));
    assert.equal(copied, 14_600, 'a copy, and not the watchdog');
  });

  it('tells how long it was away, where its clock runs like ours', () => {
    const jump = at(0, 60_000);
    assert.equal(absenceOf(jump, at(20_000, 6000), at(20_300, 6300)), 14_000);
    assert.equal(absenceOf(jump, at(5400, 5500), at(5700, 5800)), 0, 'as good as at once');
    assert.equal(absenceOf(jump, at(4000, 3000), at(4300, 4500)), undefined, 'five times as fast as ours');
    assert.equal(absenceOf(jump, undefined, undefined), undefined);
    assert.equal(absenceOf(jump, at(100, 5300), at(400, 5600)), undefined, 'it skips the time it would wait');
  });

  describe('that went on', () => {
    const never = (): Promise<undefined> => assert.fail('there is no need to look again');
    const again = (reading: ReturnType<typeof at> | undefined) => () => Promise.resolve(reading);

    it('shows that there was no restart', async () => {
      const jump = at(0, 60_000);
      assert.equal(await ranOn(jump, at(3000, 63_000), false, again(at(3300, 63_300))), true);
      assert.equal(await ranOn(jump, at(3000, 63_000), false, again(undefined)), true);
      assert.equal(await ranOn(jump, at(3000, 68_000), true, again(at(3300, 68_300))), true);
      assert.equal(await ranOn(jump, at(300, 75_100), false, again(at(500, 85_100))), true, 'a fast clock');
    });

    it('does not when it began anew, or cannot be read', async () => {
      const jump = at(0, 60_000);
      assert.equal(await ranOn(jump, at(6000, 5500), true, never), false);
      const ahead = again(at(6300, 96_300));
      assert.equal(await ranOn(jump, at(6000, 96_000), false, ahead), false, 'the link broke all the same');
      assert.equal(await ranOn(jump, undefined, true, never), false);
      assert.equal(await ranOn({ at_ms: 0, uptime_ms: undefined }, at(6000, 5500), true, never), false);
    });

    it('is not taken for it where a fast clock got there soon after a restart', async () => {
      const jump = at(0, 6000);
      assert.equal(await ranOn(jump, at(600, 6400), false, again(at(900, 21_400))), false);
      assert.equal(
        await ranOn(jump, at(150, 5300), true, again(at(450, 5600))),
        false,
        'it skips its waiting',
      );
    });
  });
});
