import { cpu, float4, reg4, setFloat4, setReg4 } from './cpu';
import {
  compareFloats,
  divideFloats,
  fused,
  repairedProduct,
  repairedSum,
  squareRoot,
  statusToFlags,
} from './float';
import { FLASH, FLASH_BASE, FLASH_SIZE, FLOATS, READ_PAGES, WRITE_PAGES } from './layout';
import { imm, Op, opOf, rd4, rm4, rn4 } from './record';

const CONTROL_FPCA: u32 = 4;

/**
 * The floating-point half of the fast loop. False when the cold path has to do the instruction: memory that cannot be
 * reached directly, and everything that is rare.
 */
export function executeFloat(record: usize): bool {
  cpu.control |= CONTROL_FPCA;
  switch (opOf(record)) {
    case Op.vldr: {
      const address = reg4(rn4(record)) + imm(record);
      const page = load<u32>((address >>> 16) << 2, READ_PAGES);
      if (page === 0 || (address & 3) !== 0) return false;
      store<u32>(rd4(record), load<u32>(page + address), FLOATS);
      return true;
    }
    case Op.vstr: {
      const address = reg4(rn4(record)) + imm(record);
      const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
      if (page === 0 || (address & 3) !== 0) return false;
      store<u32>(page + address, load<u32>(rd4(record), FLOATS));
      return true;
    }
    case Op.vldrLiteral: {
      const at = imm(record) - FLASH_BASE;
      if (at >= FLASH_SIZE) return false;
      store<u32>(rd4(record), load<u32>(FLASH + at), FLOATS);
      return true;
    }
    case Op.vadd: {
      const result = float4(rn4(record)) + float4(rm4(record));
      if (result === result) setFloat4(rd4(record), result);
      else repairedSum(record);
      return true;
    }
    case Op.vsub: {
      const result = float4(rn4(record)) - float4(rm4(record));
      if (result === result) setFloat4(rd4(record), result);
      else repairedSum(record);
      return true;
    }
    case Op.vmul: {
      const result = float4(rn4(record)) * float4(rm4(record));
      if (result === result) setFloat4(rd4(record), result);
      else repairedProduct(record, false);
      return true;
    }
    case Op.vnmul: {
      const result = float4(rn4(record)) * float4(rm4(record));
      if (result === result) setFloat4(rd4(record), -result);
      else repairedProduct(record, true);
      return true;
    }
    case Op.vdiv:
      divideFloats(record);
      return true;
    case Op.vsqrt:
      squareRoot(record);
      return true;
    case Op.vfma:
      fused(record, 0, 0);
      return true;
    case Op.vfms:
      fused(record, 0, 0x80000000);
      return true;
    case Op.vfnma:
      fused(record, 0x80000000, 0x80000000);
      return true;
    case Op.vfnms:
      fused(record, 0x80000000, 0);
      return true;
    case Op.vmov:
      store<u32>(rd4(record), load<u32>(rm4(record), FLOATS), FLOATS);
      return true;
    case Op.vmovImm:
      store<u32>(rd4(record), imm(record), FLOATS);
      return true;
    case Op.vabs:
      store<u32>(rd4(record), load<u32>(rm4(record), FLOATS) & 0x7fffffff, FLOATS);
      return true;
    case Op.vneg:
      store<u32>(rd4(record), load<u32>(rm4(record), FLOATS) ^ 0x80000000, FLOATS);
      return true;
    case Op.vcmp:
      compareFloats(float4(rd4(record)), float4(rm4(record)));
      return true;
    case Op.vcmpZero:
      compareFloats(float4(rd4(record)), 0);
      return true;
    case Op.vmrsFlags:
      statusToFlags();
      return true;
    case Op.vmovToCore:
      setReg4(rd4(record), load<u32>(rn4(record), FLOATS));
      return true;
    case Op.vmovFromCore:
      store<u32>(rn4(record), reg4(rd4(record)), FLOATS);
      return true;
    case Op.vcvtToS32:
      store<i32>(rd4(record), float4(rm4(record)) as i32, FLOATS);
      return true;
    case Op.vcvtToU32:
      store<u32>(rd4(record), float4(rm4(record)) as u32, FLOATS);
      return true;
    case Op.vcvtFromS32:
      setFloat4(rd4(record), load<i32>(rm4(record), FLOATS) as f32);
      return true;
    case Op.vcvtFromU32:
      setFloat4(rd4(record), load<u32>(rm4(record), FLOATS) as f32);
      return true;
    default:
      return false;
  }
}
