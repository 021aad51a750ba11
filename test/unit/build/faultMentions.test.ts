import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { findMentions } from '../../../src/build/faultMentions';

/** The mentions as `kind what line function`. */
function mentions(text: string): string[] {
  return findMentions(text).map((each) => `${each.kind} ${each.what} ${each.line} ${each.function ?? '-'}`);
}

describe('mentions of faults in a source file', () => {
  it('are what the firmware of the fixture raises, and not its table of names', () => {
    const file = path.join(__dirname, '../../fixtures/firmware/motor/mc_interface.c');
    const text = readFileSync(file, 'utf8');
    const line = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
    const raising = line('FAULT_CODE_UNDER_VOLTAGE : FAULT_CODE_OVER_VOLTAGE');
    assert.deepEqual(mentions(text), [
      `raises FAULT_CODE_UNDER_VOLTAGE ${raising} mc_interface_sample`,
      `raises FAULT_CODE_OVER_VOLTAGE ${raising} mc_interface_sample`,
      `raises FAULT_CODE_ABS_OVER_CURRENT ${line('mc_interface_fault_stop(FAULT_CODE_ABS')} mc_interface_sample`,
      `halts Current offset out of range ${line('chSysHalt("Current')} mc_interface_calibrate`,
    ]);
    const [first] = findMentions(text);
    assert.equal(first?.text, 'FAULT_CODE_UNDER_VOLTAGE : FAULT_CODE_OVER_VOLTAGE, 0, 1);');
    assert.equal(text.split('\n')[first.line - 1]?.indexOf('FAULT_CODE_UNDER_VOLTAGE'), first.column - 1);
  });

  it('are no comments, texts, definitions and cases', () => {
    const text = `
      // mc_interface_fault_stop(FAULT_CODE_DRV, false, false);
      /* mc_interface_fault_stop(
         FAULT_CODE_DRV); */
      #define MINE FAULT_CODE_DRV
      typedef enum { FAULT_CODE_NONE = 0, FAULT_CODE_DRV, } mc_fault_code;
      const char *names[] = { "FAULT_CODE_DRV", [FAULT_CODE_DRV] = "driver" };
      const int all[] = { FAULT_CODE_DRV, FAULT_CODE_BRK };
      switch (fault) { case FAULT_CODE_DRV: return "FAULT_CODE_DRV"; case FAULT_CODE_BRK: break; }
      mc_interface_fault_stop(FAULT_CODE_NONE);
      print(FAULT_CODE_DRV);
    `;
    assert.deepEqual(mentions(text), []);
  });

  it('tell what the code does with the fault', () => {
    const text = `
void other(void) {
	f.fault = FAULT_CODE_DRV;
	if (fault == FAULT_CODE_DRV || FAULT_CODE_BRK != now) { return; }
}
static int check(int crc)
{
	switch (crc) {
	case 1: return FAULT_CODE_BRK;
	default: stop_motor_with_fault(crc ? FAULT_CODE_DRV : FAULT_CODE_BRK);
	}
failed:
	return crc == 0 ? FAULT_CODE_NONE : FAULT_CODE_FLASH_CORRUPTION;
}
__attribute__((section(".text2"))) void third(void) {
#ifdef HW_HAS_DRV
	report_fault(
			FAULT_CODE_DRV, // not FAULT_CODE_BRK
			1);
#endif
}
CH_IRQ_HANDLER(PVD_IRQHandler) {
	mc_interface_fault_stop(FAULT_CODE_MCU_UNDER_VOLTAGE, false, true);
}`;
    assert.deepEqual(mentions(text), [
      'sets FAULT_CODE_DRV 3 other',
      'tests FAULT_CODE_DRV 4 other',
      'tests FAULT_CODE_BRK 4 other',
      'sets FAULT_CODE_BRK 9 check',
      'raises FAULT_CODE_DRV 10 check',
      'raises FAULT_CODE_BRK 10 check',
      'sets FAULT_CODE_FLASH_CORRUPTION 13 check',
      'raises FAULT_CODE_DRV 18 third',
      'raises FAULT_CODE_MCU_UNDER_VOLTAGE 23 PVD_IRQHandler',
    ]);
  });

  it('include what halts the firmware, by the reason it gives', () => {
    const text = `
void checked(int size) {
	chDbgCheck((size > 0) &&
		(size < 9));
	assert(size   !=
		3);
	chSysHalt("No \\"size\\"");
	// chSysHalt("never");
}
#define THREAD_CHECK(x) chDbgAssert(x, "in no function");`;
    assert.deepEqual(mentions(text), [
      'halts checked 3 checked',
      'halts size != 3 5 checked',
      'halts No \\"size\\" 7 checked',
      'halts checked 10 checked',
    ]);
  });

  it('come quickly from hostile text', () => {
    for (const text of [
      `FAULT_CODE_A${'('.repeat(50_000)}`,
      `${'('.repeat(50_000)}FAULT_CODE_A`,
      `${'{'.repeat(50_000)}FAULT_CODE_A ${'"'.repeat(9999)}`,
      `FAULT_CODE_A /* ${'*'.repeat(50_000)}`,
      `${'a ('.repeat(20_000)} FAULT_CODE_A`,
      'FAULT_CODE_A\n'.repeat(2000),
    ]) {
      // A mistake in an expression takes minutes here, and ends in the timeout.
      assert.deepEqual(findMentions(text), [], text.slice(0, 20));
    }
  });
});
