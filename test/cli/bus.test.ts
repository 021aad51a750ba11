import assert from 'node:assert/strict';
import { Bench, buildCli, type JsonLine } from './vesc';

describe('vesc flash --can all', () => {
  let bench: Bench;
  before(() => {
    buildCli();
    bench = new Bench();
  });
  after(() => bench.dispose());

  it('updates every controller of the bus, the one at the port last, and proves each', async () => {
    const { port } = await bench.simulate('--can', '2');
    const run = await bench.run(['flash', '--json', '--port', port, '--can', 'all', bench.image('60.bin')]);
    assert.deepEqual([run.status, run.result.ok, run.result['verdict']], [0, true, 'updated']);
    const nodes = run.result['nodes'] as { canId: number | null; verdict: string; proof: string }[];
    assert.deepEqual(
      nodes.map(({ verdict, proof }) => [verdict, proof]),
      Array.from({ length: 3 }, () => ['updated', 'build-identity']),
    );
    assert.equal(nodes.at(-1)!.canId, null);
    const told = run.lines.filter(({ type }: JsonLine) => type === 'node');
    assert.equal(told.length, 3);
    const scan = await bench.run(['scan', '--json', '--port', port]);
    for (const node of scan.result['nodes'] as { firmware: { buildId?: string } }[]) {
      assert.equal(node.firmware.buildId, told[0]!['buildId']);
    }
  });

  it('refuses other hardware on it with the status of a refusal', async () => {
    const { port } = await bench.simulate('--can', '1', '--hardware', '75_300');
    const run = await bench.run(['flash', '--json', '--port', port, '--can', 'all', bench.image('60.bin')]);
    assert.deepEqual([run.status, run.result.ok, run.result['verdict']], [4, false, 'refused']);
  });
});
