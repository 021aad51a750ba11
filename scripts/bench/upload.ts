import { stage } from '../../src/image/stagingHeader';
import { MAX_WRITE_PAYLOAD } from '../../src/protocol/messages/update';
import { flashFloor_ms, LINK_MODELS, uartLimit_ms } from '../../test/support/linkModels';
import { SpeedBench } from '../../test/support/uploadSpeed';
import { type Bench, type Family, type Figure, rounded } from './figure';

type Model = keyof typeof LINK_MODELS;
type Limit = Pick<Figure, 'limit' | 'ok'>;

/** What is asked for, from how many times the floor and the reference an upload takes. */
const LIMITS: Readonly<
  Record<Model, { floor?: (ratio: number) => Limit; reference?: (ratio: number) => Limit }>
> = {
  usb: { floor: (ratio) => ({ limit: '≤ 1.10', ok: ratio <= 1.1 }) },
  tcp10: { reference: (ratio) => ({ limit: '≤ 1/4', ok: ratio <= 1 / 4 }) },
  tcp50: { reference: (ratio) => ({ limit: '≤ 1/5', ok: ratio <= 1 / 5 }) },
  uart: { floor: (ratio) => ({ limit: '≤ 1.03', ok: ratio <= 1.03 }) },
};

function seconds(time_ms: number): number {
  return rounded(time_ms / 1000);
}

/** Every upload, and the reference tool's way with the same bytes, to controllers with the times of a real one. */
async function measure({ image, report }: Bench): Promise<void> {
  const payload = stage(image).bytes;
  for (const key of Object.keys(LINK_MODELS) as Model[]) {
    const model = LINK_MODELS[key];
    const bench = new SpeedBench(model);
    await bench.erase_ms(payload.length);
    const ours_ms = await bench.upload_ms(payload);
    await bench.erase_ms(payload.length);
    const reference_ms = await bench.reference_ms(payload);
    bench.dispose();
    const wire = key === 'uart';
    const floor_ms = wire
      ? uartLimit_ms(payload.length, MAX_WRITE_PAYLOAD, model.byte_ms)
      : flashFloor_ms(payload.length).program;
    const toFloor = ours_ms / floor_ms;
    const toReference = ours_ms / reference_ms;
    const name = `upload: ${model.name}`;
    report({
      figure: name,
      value: seconds(ours_ms),
      unit: 's',
      ratio: rounded(toFloor),
      against: `what the ${wire ? 'wire' : 'flash'} takes, ${seconds(floor_ms)} s`,
      ...LIMITS[key].floor?.(toFloor),
    });
    report({
      figure: name,
      value: seconds(ours_ms),
      unit: 's',
      ratio: rounded(toReference),
      against: `384 B, one in flight, ${seconds(reference_ms)} s`,
      ...LIMITS[key].reference?.(toReference),
    });
  }
  await measureNodes(payload, report);
}

async function measureNodes(payload: Uint8Array, report: Bench['report']): Promise<void> {
  const bench = new SpeedBench(LINK_MODELS.usb, { canId: 10, canNodes: 4 });
  const inTurn_ms = await bench.nodes_ms(payload, 'in turn');
  const interleaved_ms = await bench.nodes_ms(payload, 'interleaved');
  bench.dispose();
  const ratio = interleaved_ms / inTurn_ms;
  report({
    figure: 'upload: four nodes on CAN at 500 kbit/s, erase included',
    value: seconds(interleaved_ms),
    unit: 's',
    ratio: rounded(ratio),
    against: `one after the other, ${seconds(inTurn_ms)} s`,
    limit: '≤ 1/1.5',
    ok: ratio <= 1 / 1.5,
  });
}

export const upload: Family = { name: 'upload', run: measure };
