import assert from 'node:assert/strict';
import { settingsHelp, treeLayout } from '../../../src/settings/treeLayout';

const source = `// made by a tool
#include "confgenerator.h"

int32_t confgenerator_serialize_mcconf(uint8_t *buffer, const mc_configuration *conf) {
	int32_t ind = 0;

	buffer_append_uint32(buffer, MCCONF_SIGNATURE, &ind);

	buffer[ind++] = conf->motor_type; // how
	buffer_append_float32_auto(buffer, conf->l_current_max, &ind);
	buffer_append_float16(buffer, conf->l_max_vin, 10, &ind);
	buffer_append_float32(buffer, conf->gain, 1000.5, &ind);
	buffer[ind++] = (uint8_t)conf->hall_table[0];
	buffer[ind++] = (uint8_t)conf->l_temp_fet_start;
	buffer[ind++] = conf->l_slow_abs_current;
	buffer[ind++] = conf->l_additional_faults;
	buffer_append_uint32(buffer, conf->bms.limit, &ind);
	buffer_append_int32(buffer, conf->poles, &ind);
	buffer_append_uint16(buffer, conf->rate, &ind);
	buffer_append_int16(buffer, conf->offset, &ind);
	buffer[ind++] = conf->bms.mode;

	return ind;
}

void confgenerator_set_defaults_mcconf(mc_configuration *conf) {
	conf->l_current_max = MCCONF_L_CURRENT_MAX;
	conf->gain = MCCONF_GAIN;
	conf->poles = 14;
}
`;
const header = '#define MCCONF_SIGNATURE\t\t305419896\n#define APPCONF_SIGNATURE 2\n';
const types = `
typedef enum {
	MOTOR_TYPE_BLDC = 0, // six steps
	MOTOR_TYPE_FOC, /* sine */
	MOTOR_TYPE_ODD = 0x10,
	MOTOR_TYPE_NEXT,
} mc_motor_type;
typedef enum { BMS_OFF, BMS_ON } bms_mode;
typedef struct { uint32_t limit; bms_mode mode; } bms_config;
typedef struct {
	mc_motor_type motor_type;
	float l_current_max, l_max_vin;
	volatile float gain;
	int8_t hall_table[8];
	float l_temp_fet_start;
	bool l_slow_abs_current;
	uint8_t l_additional_faults;
	bms_config bms;
	int poles;
	unsigned int rate;
	int offset;
} mc_configuration;
`;
const files = { source, header, types };
const changed = (from: string, to: string) => ({ ...files, source: source.replace(from, to) });

describe('the layout that a firmware tree serialises', () => {
  it('is read from its generated code and its types', () => {
    const layout = treeLayout('mcconf', files)!;
    assert.equal(layout.signature, 305419896);
    assert.equal(layout.kind, 'mcconf');
    assert.deepEqual(
      layout.fields.map(({ name, wire, scale, meaning, unit }) => [name, wire, scale, meaning.kind, unit]),
      [
        ['motor_type', 'u8', 1, 'enumeration', undefined],
        ['l_current_max', 'f32a', 1, 'number', 'A'],
        ['l_max_vin', 'f16', 10, 'number', 'V'],
        ['gain', 'f32', 1000.5, 'number', undefined],
        ['hall_table[0]', 'i8', 1, 'number', undefined],
        ['l_temp_fet_start', 'u8', 1, 'number', '°C'],
        ['l_slow_abs_current', 'u8', 1, 'bool', undefined],
        ['l_additional_faults', 'u8', 1, 'flags', undefined],
        ['bms.limit', 'u32', 1, 'number', undefined],
        ['poles', 'i32', 1, 'number', undefined],
        ['rate', 'u16', 1, 'number', undefined],
        ['offset', 'i16', 1, 'number', undefined],
        ['bms.mode', 'u8', 1, 'enumeration', undefined],
      ],
    );
    assert.deepEqual(layout.fields[0]!.meaning, {
      kind: 'enumeration',
      name: 'mc_motor_type',
      enumerators: [
        { name: 'MOTOR_TYPE_BLDC', value: 0 },
        { name: 'MOTOR_TYPE_FOC', value: 1 },
        { name: 'MOTOR_TYPE_ODD', value: 16 },
        { name: 'MOTOR_TYPE_NEXT', value: 17 },
      ],
    });
  });

  it('is none where anything in it is not understood', () => {
    assert.ok(treeLayout('mcconf', files));
    assert.equal(treeLayout('appconf', files), undefined, 'no such function');
    for (const [from, to] of [
      ['buffer[ind++] = conf->motor_type', 'buffer[ind++] = conf->motor_type << 1'],
      ['buffer_append_float16(buffer, conf->l_max_vin, 10', 'buffer_append_float16(buffer, conf->l_max_vin'],
      ['buffer_append_uint16', 'buffer_append_toString'],
      ['buffer_append_int16(buffer, conf->offset', 'buffer_append_int16(buffer, conf->offset, 10'],
      ['\tbuffer[ind++] = conf->bms.mode;', '#ifdef HAS_BMS\n\tbuffer[ind++] = conf->bms.mode;\n#endif'],
      ['confgenerator_serialize_mcconf', 'confgenerator_serialise_mcconf'],
    ] as const) {
      assert.notEqual(source.replace(from, to), source, from);
      assert.equal(treeLayout('mcconf', changed(from, to)), undefined, to);
    }
    assert.equal(treeLayout('mcconf', { ...files, header: '' }), undefined);
    assert.equal(treeLayout('mcconf', { ...files, source: source.slice(0, 400) }), undefined);
    const empty = 'int32_t confgenerator_serialize_mcconf(uint8_t *buffer) {\n\treturn ind;\n}';
    assert.equal(treeLayout('mcconf', { ...files, source: empty }), undefined);
  });

  it('has plain numbers where the types are not known', () => {
    const layout = treeLayout('mcconf', { ...files, types: '' })!;
    assert.equal(layout.fields.find(({ name }) => name === 'motor_type')!.meaning.kind, 'number');
  });

  it('comes with what its defaults say about each setting', () => {
    const defaults = `
#define MCCONF_L_CURRENT_MAX\t60.0\t// Current limit in Amperes
#define MCCONF_GAIN 0.5
#define MCCONF_OTHER 1 // other`;
    assert.deepEqual([...settingsHelp(source, [defaults])], [['l_current_max', 'Current limit in Amperes']]);
  });
});
