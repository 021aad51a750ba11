import assert from 'node:assert/strict';
import { ByteReader, fromHex, toHex } from '../../../src/protocol/bytes';
import { parseFaultListing } from '../../../src/protocol/faultListing';
import { faultName } from '../../../src/protocol/faults';
import { canUpdateBaudAll, forwardCan, pingCan } from '../../../src/protocol/messages/can';
import { ioBoardGetAll, pswGetStatus } from '../../../src/protocol/messages/can';
import {
  configurationSignature,
  configurationSignatures,
  getConfiguration,
  getCustomConfigXml,
} from '../../../src/protocol/messages/configuration';
import { qmlReadCode, qmlReadHardwareCode } from '../../../src/protocol/messages/codeStorage';
import {
  alive,
  encodeFwInfo,
  encodeFwVersion,
  fwInfo,
  fwVersion,
} from '../../../src/protocol/messages/identity';
import { swdConnect } from '../../../src/protocol/messages/swd';
import * as telemetry from '../../../src/protocol/messages/telemetry';
import { terminalCommand } from '../../../src/protocol/messages/terminal';
import * as update from '../../../src/protocol/messages/update';
import { decodeReply } from '../../../src/protocol/request';
import recordings from '../../data/vesc-recordings-7.01.json';
import {
  answers,
  type Exchange,
  forwarded,
  maskOf,
  means,
  partial,
  prints,
  selected,
  sends,
  silent,
  singles,
  written,
} from './recordedExchange';
import {
  BMS,
  GNSS,
  held,
  IDENTITY,
  IMU,
  LATER_UPTIME_MS,
  SETUP_VALUES,
  STATS,
  VALUES,
} from './recordedController';

/** The two status flags share the last bit. */
const selectedValues = (mask: number): Partial<telemetry.Values> => selected(VALUES, mask, [21]);

type Check = (exchange: Exchange) => void;
const { major, minor, test } = IDENTITY;
const INFO = { major, minor, test, commit: 'b9d287b3b8323f4b02618b02dc55e57d54a84996' };

/** One for each exchange; the first whose pattern fits is taken. */
const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [
    /^COMM_FW_VERSION$/,
    (exchange) => {
      answers(exchange, fwVersion(), IDENTITY);
      assert.equal(toHex(encodeFwVersion(IDENTITY)), exchange.replies[0]);
    },
  ],
  [/^COMM_FW_VERSION with trailing bytes$/, (exchange) => means(exchange, fwVersion(), IDENTITY)],
  [
    /^COMM_FW_INFO$/,
    (exchange) => {
      answers(exchange, fwInfo(), INFO);
      assert.equal(toHex(encodeFwInfo(INFO)), exchange.replies[0]);
    },
  ],
  [/^unknown command 255$/, (exchange) => silent(exchange, Uint8Array.of(255))],
  [/^COMM_ALIVE$/, (exchange) => silent(exchange, alive())],
  [
    /COMM_BMS_GET_VALUES$/,
    (exchange) => {
      answers(exchange, telemetry.bmsGetValues(), BMS);
      assert.equal(toHex(telemetry.encodeBmsValues(BMS)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_VALUES$/,
    (exchange) => {
      answers(exchange, telemetry.getValues(), VALUES);
      assert.equal(toHex(telemetry.encodeValues(VALUES)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_VALUES_SELECTIVE mask 0xffffffff$/,
    (exchange) => {
      // Bits beyond the last field are echoed and add nothing; we never set them.
      const reader = new ByteReader(fromHex(exchange.replies[0]!), 1);
      assert.deepEqual(telemetry.valueFields.readSelected(reader, reader.u32()), VALUES);
      assert.equal(reader.remaining, 0);
      assert.equal(toHex(telemetry.encodeValues(VALUES, 0xffffffff)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_VALUES_SELECTIVE mask/,
    (exchange) =>
      partial(exchange, telemetry.getValuesSelective, selectedValues(maskOf(exchange)), (mask) =>
        telemetry.encodeValues(VALUES, mask),
      ),
  ],
  [
    /^COMM_GET_VALUES_SELECTIVE without a mask/,
    (exchange) => {
      // The firmware takes whatever stood in its buffer for the mask; the answer is right for that mask.
      const reader = new ByteReader(fromHex(exchange.replies[0]!), 1);
      const mask = reader.u32();
      assert.deepEqual(telemetry.valueFields.readSelected(reader, mask), selectedValues(mask));
      assert.equal(reader.remaining, 0);
    },
  ],
  [
    /^COMM_GET_VALUES_SETUP$/,
    (exchange) => {
      answers(exchange, telemetry.getValuesSetup(), SETUP_VALUES);
      assert.equal(toHex(telemetry.encodeSetupValues(SETUP_VALUES)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_VALUES_SETUP_SELECTIVE mask/,
    (exchange) => {
      const values = { ...SETUP_VALUES, uptime_ms: LATER_UPTIME_MS };
      const expected = selected(values, maskOf(exchange));
      partial(exchange, telemetry.getValuesSetupSelective, expected, (mask) =>
        telemetry.encodeSetupValues(values, mask),
      );
    },
  ],
  [
    /^TERMINAL_CMD faults after 4 faults/,
    (exchange) => {
      sends(exchange, terminalCommand('faults'));
      const { active, history } = parseFaultListing(prints(exchange));
      assert.equal(active, null);
      assert.deepEqual(
        history.map(({ fault }) => fault),
        (exchange.meaning as { history: string[] }).history,
      );
      assert.deepEqual(history[0], {
        fault: 'FAULT_CODE_OVER_VOLTAGE',
        motor: 1,
        current_A: 12.2,
        currentFiltered_A: 12.2,
        voltage_V: 50.41,
        duty: held.duty,
        rpm: held.rpm,
        tacho: held.tacho,
        cyclesRunning: 0,
        timDuty: 987,
        timValSamp: 4150,
        timCurrentSamp: 4100,
        timTop: 4200,
        commStep: 0,
        temperature_C: 32.02,
        info: 'Over voltage by 3.5 V',
      });
    },
  ],
  [
    /^TERMINAL_CMD faults with 5 entries, DRV active$/,
    (exchange) => {
      sends(exchange, terminalCommand('faults'));
      const { active, history } = parseFaultListing(prints(exchange));
      assert.equal(active, 'FAULT_CODE_DRV');
      assert.equal(history.length, 5);
      assert.deepEqual(history[4]!.driverFaults, { chip: 'DRV8301', flags: [] });
    },
  ],
  [
    /^TERMINAL_CMD faults after more than 25 faults/,
    (exchange) => {
      sends(exchange, terminalCommand('faults'));
      const { active, history } = parseFaultListing(prints(exchange));
      assert.equal(active, null);
      assert.equal(history.length, prints(exchange).filter((print) => print === ' ').length);
      for (const record of history) {
        assert.ok(Object.values(record).every((value) => !Number.isNaN(value)));
      }
    },
  ],
  [
    /^TERMINAL_CMD fault/,
    (exchange) => {
      sends(exchange, terminalCommand('fault'));
      const fault = exchange.name.includes('DRV') ? 3 : 0;
      assert.deepEqual(prints(exchange), ['-> fault \n', `${faultName(fault)}\n`]);
    },
  ],
  [
    /^COMM_GET_VALUES_SELECTIVE fault only/,
    (exchange) =>
      answers(exchange, telemetry.getValuesSelective(['fault']), {
        fault: exchange.name.includes('DRV') ? 3 : 0,
      }),
  ],
  [/^COMM_PING_CAN/, (exchange) => answers(exchange, pingCan(), [11, 12])],
  [
    /^FORWARD_CAN id (11|12) COMM_FW_VERSION$/,
    (exchange) => {
      const canId = Number(/id (\d+)/.exec(exchange.name)![1]);
      const uuid = IDENTITY.uuid.slice(0, -1) + canId.toString(16);
      const version =
        canId === 11 ? { ...IDENTITY, uuid } : { ...IDENTITY, major: 6, minor: 5, test: 0, uuid };
      answers(exchange, forwarded(canId, fwVersion()), version);
      assert.equal(toHex(encodeFwVersion(version)), exchange.replies[0]);
    },
  ],
  [
    /^FORWARD_CAN id (11|12) COMM_GET_VALUES$/,
    (exchange) => {
      const { v_in: voltage_V, rpm: erpm } = exchange.meaning as { v_in: number; rpm: number };
      const controllerId = erpm === 2222 ? 11 : 12;
      const request = forwarded(controllerId, telemetry.getValues());
      answers(exchange, request, { ...VALUES, voltage_V, erpm, controllerId });
    },
  ],
  [
    /^FORWARD_CAN id 13 COMM_FW_VERSION$/,
    (exchange) => silent(exchange, forwardCan(13, fwVersion().payload)),
  ],
  [
    /^FORWARD_CAN id 13 COMM_GET_VALUES$/,
    (exchange) => silent(exchange, forwardCan(13, telemetry.getValues().payload)),
  ],
  [
    /^FORWARD_CAN id 11 TERMINAL_CMD fw_info$/,
    (exchange) => {
      sends(exchange, forwardCan(11, terminalCommand('fw_info')));
      assert.deepEqual(prints(exchange), [
        '-> fw_info \n',
        'Git Branch: master',
        `Git Hash  : ${INFO.commit}`,
        'Compiler  : 12.2.1',
        ' ',
      ]);
    },
  ],
  [
    /^FORWARD_CAN id 11 COMM_GET_MCCONF/,
    (exchange) => {
      const request = forwarded(11, getConfiguration('mcconf'));
      sends(exchange, request.payload);
      const blob = decodeReply(request, fromHex(exchange.replies[0]!))!;
      assert.equal(toHex(blob), exchange.replies[0]!.slice(2));
      const { mcconf } = configurationSignatures.at(-1)!;
      assert.deepEqual({ signature: configurationSignature(blob), size_B: blob.length }, mcconf);
    },
  ],
  [
    /^FORWARD_CAN to own id 10 COMM_FW_VERSION$/,
    (exchange) => silent(exchange, forwardCan(10, fwVersion().payload)),
  ],
  [
    /^FORWARD_CAN id 11 COMM_ERASE_NEW_APP$/,
    (exchange) => answers(exchange, forwarded(11, update.eraseNewApp(1000)), true),
  ],
  [
    /^FORWARD_CAN id 11 COMM_WRITE_NEW_APP_DATA/,
    (exchange) => {
      const { offset, data } = written(exchange, 3);
      answers(exchange, forwarded(11, update.writeStaging(offset, data)), { ok: true, offset });
    },
  ],
  [/COMM_CAN_UPDATE_BAUD_ALL bad rate$/, (exchange) => answers(exchange, canUpdateBaudAll(123, 100), false)],
  [
    /^COMM_GET_IMU_DATA mask/,
    (exchange) => {
      const mask = maskOf(exchange);
      const values = selected(IMU, mask);
      const request = telemetry.getImuData(Object.keys(values) as (keyof telemetry.ImuData)[]);
      const expected = { ...singles(values), controllerId: 10 };
      answers<Partial<telemetry.ImuReply<keyof telemetry.ImuData>>>(exchange, request, expected);
      assert.equal(toHex(telemetry.encodeImuData(IMU, mask, 10)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_STATS mask/,
    (exchange) =>
      partial(exchange, telemetry.getStats, selected(STATS, maskOf(exchange)), (mask) =>
        telemetry.encodeStats(STATS, mask),
      ),
  ],
  [
    /^COMM_GET_DECODED_ADC$/,
    (exchange) => {
      const adc: telemetry.DecodedAdc = {
        level: held.adc_level,
        voltage_V: held.adc_voltage,
        level2: held.adc_level2,
        voltage2_V: held.adc_voltage2,
      };
      answers(exchange, telemetry.getDecodedAdc(), adc);
      assert.equal(toHex(telemetry.encodeDecodedAdc(adc)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_DECODED_PPM$/,
    (exchange) => {
      const ppm: telemetry.DecodedPpm = { level: held.ppm_level, pulse_ms: held.ppm_pulse_ms };
      answers(exchange, telemetry.getDecodedPpm(), ppm);
      assert.equal(toHex(telemetry.encodeDecodedPpm(ppm)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_DECODED_CHUK$/,
    (exchange) => {
      const chuk: telemetry.DecodedChuk = { level: held.chuk_y };
      answers(exchange, telemetry.getDecodedChuk(), chuk);
      assert.equal(toHex(telemetry.encodeDecodedChuk(chuk)), exchange.replies[0]);
    },
  ],
  [
    /^COMM_GET_GNSS mask/,
    (exchange) => partial(exchange, telemetry.getGnss, GNSS, (mask) => telemetry.encodeGnss(GNSS, mask)),
  ],
  [
    /^COMM_GET_BATTERY_CUT$/,
    (exchange) => {
      const cut: telemetry.BatteryCut = { start_V: 10, end_V: 8 };
      answers(exchange, telemetry.getBatteryCut(), cut);
      assert.equal(toHex(telemetry.encodeBatteryCut(cut)), exchange.replies[0]);
    },
  ],
  [/^COMM_RESET_STATS ack$/, (exchange) => answers(exchange, telemetry.resetStats(), true)],
  [
    // We always ask for the acknowledgement.
    /^COMM_RESET_STATS no ack$/,
    (exchange) => silent(exchange, telemetry.resetStats().payload.subarray(0, 1)),
  ],
  [
    /^COMM_GET_QML_UI_APP \(none stored\)$/,
    (exchange) => answers(exchange, qmlReadCode(10, 0), { total: 0, offset: 0, data: new Uint8Array(0) }),
  ],
  [/^COMM_GET_QML_UI_HW/, (exchange) => silent(exchange, qmlReadHardwareCode(10, 0).payload)],
  [/^COMM_GET_CUSTOM_CONFIG_XML/, (exchange) => silent(exchange, getCustomConfigXml(0, 10, 0).payload)],
  [/^COMM_PSW_GET_STATUS index 0/, (exchange) => silent(exchange, pswGetStatus({ index: 0 }).payload)],
  [/^COMM_IO_BOARD_GET_ALL id 5/, (exchange) => silent(exchange, ioBoardGetAll(5).payload)],
  [
    /^COMM_BM_CONNECT \(no target wired\)$/,
    (exchange) => {
      answers(exchange, swdConnect(), -1);
      const unasked = { ...exchange, replies: exchange.replies.slice(0, -1) };
      assert.deepEqual(prints(unasked), ['\n', '\n', '\n', '\n']);
    },
  ],
  [
    /^(COMM_ERASE_NEW_APP|erase) size/,
    (exchange) => answers(exchange, update.eraseNewApp(written(exchange).offset), true),
  ],
  [/^COMM_ERASE_NEW_APP_ALL_CAN$/, (exchange) => answers(exchange, update.eraseNewAppAllCan(1000), true)],
  [
    /^write beyond the flash end/,
    (exchange) => {
      // We refuse to send it; the firmware refuses to write it.
      const { offset, data } = written(exchange);
      assert.throws(() => update.writeStaging(offset, data), RangeError);
      assert.deepEqual(exchange.replies, ['030000080000']);
    },
  ],
  [
    /^COMM_WRITE_NEW_APP_DATA bootloader chunk at/,
    (exchange) => {
      const { offset, data } = written(exchange);
      const inSector = offset - 0x60000;
      answers(exchange, update.writeBootloader(inSector, data), { ok: true, offset: inSector });
    },
  ],
  [
    /^(COMM_WRITE_NEW_APP_DATA 384|same block|other data over|write with no data|write at an unaligned)/,
    (exchange) => {
      const { offset, data } = written(exchange);
      const ok = !exchange.name.startsWith('other data');
      answers(exchange, update.writeStaging(offset, data), { ok, offset });
    },
  ],
  [
    /LZO/,
    (exchange) => {
      const { offset, data } = written(exchange);
      const length = (data[0]! << 8) | data[1]!;
      answers(exchange, update.writeStagingLzo(offset, length, data.subarray(2)), { ok: true, offset });
    },
  ],
  [
    /^COMM_WRITE_NEW_APP_DATA_ALL_CAN 384 bytes$/,
    (exchange) => {
      const { offset, data } = written(exchange);
      answers(exchange, update.writeStagingAllCan(offset, data), { ok: true, offset });
    },
  ],
  [/^COMM_ERASE_BOOTLOADER$/, (exchange) => answers(exchange, update.eraseBootloader(), true)],
];

describe('the recordings of firmware 7.01', () => {
  const used = new Set<RegExp>();
  for (const exchange of recordings.exchanges as readonly Exchange[]) {
    it(exchange.name, () => {
      const [pattern, check] = CHECKS.find(([name]) => name.test(exchange.name)) ?? [];
      assert.ok(pattern && check, 'no expectation covers this exchange');
      used.add(pattern);
      check(exchange);
    });
  }

  it('hold an exchange for every expectation', () => {
    assert.deepEqual(
      CHECKS.filter(([pattern]) => !used.has(pattern)).map(([pattern]) => pattern.source),
      [],
    );
  });
});
