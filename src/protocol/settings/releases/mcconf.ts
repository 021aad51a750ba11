/**
 * The motor configuration, a setting a line in the order of the blob: name, type, unit. Where a release differs, its
 * types stand behind the releases they are of (`-6.02` up to, `6.05-` from). Order, types and scales are facts 2.6
 * and the layouts file; which integers are signed, which bytes are a bool, flags or an enumeration, and the units
 * were read from the releases themselves.
 */
export const MCCONF = `
pwm_mode | mc_pwm_mode
comm_mode | mc_comm_mode
motor_type | mc_motor_type
sensor_mode | mc_sensor_mode
l_current_max | f32a | A
l_current_min | f32a | A
l_in_current_max | f32a | A
l_in_current_min | f32a | A
l_in_current_map_start | 6.05- f16/10000
l_in_current_map_filter | 6.05- f16/10000
l_abs_current_max | f32a | A
l_min_erpm | f32a
l_max_erpm | f32a
l_erpm_start | f16/10000
l_max_erpm_fbrake | f32a
l_max_erpm_fbrake_cc | f32a
l_min_vin | -6.02 f32a, 6.05- f16/10 | V
l_max_vin | -6.02 f32a, 6.05- f16/10 | V
l_battery_cut_start | -6.02 f32a, 6.05- f16/10 | V
l_battery_cut_end | -6.02 f32a, 6.05- f16/10 | V
l_battery_regen_cut_start | 6.05- f16/10 | V
l_battery_regen_cut_end | 6.05- f16/10 | V
l_slow_abs_current | bool
l_temp_fet_start | -6.02 f16/10, 6.05- u8 | °C
l_temp_fet_end | -6.02 f16/10, 6.05- u8 | °C
l_temp_motor_start | -6.02 f16/10, 6.05- u8 | °C
l_temp_motor_end | -6.02 f16/10, 6.05- u8 | °C
l_temp_accel_dec | f16/10000
l_min_duty | f16/10000
l_max_duty | f16/10000
l_watt_max | f32a | W
l_watt_min | f32a | W
l_current_max_scale | f16/10000
l_current_min_scale | f16/10000
l_duty_start | f16/10000
l_additional_faults | 7.00- flags
sl_min_erpm | f32a
sl_min_erpm_cycle_int_limit | f32a
sl_max_fullbreak_current_dir_change | f32a | A
sl_cycle_int_limit | f16/10
sl_phase_advance_at_br | f16/10000
sl_cycle_int_rpm_br | f32a
sl_bemf_coupling_k | f32a
hall_table[0] | i8
hall_table[1] | i8
hall_table[2] | i8
hall_table[3] | i8
hall_table[4] | i8
hall_table[5] | i8
hall_table[6] | i8
hall_table[7] | i8
hall_sl_erpm | f32a
foc_current_kp | f32a
foc_current_ki | f32a
foc_f_zv | f32a | Hz
foc_dt_us | f32a | µs
foc_encoder_inverted | bool
foc_encoder_offset | f32a
foc_encoder_ratio | f32a
foc_encoder_sin_gain | -5.03 f32a
foc_encoder_cos_gain | -5.03 f32a
foc_encoder_sin_offset | -5.03 f32a
foc_encoder_cos_offset | -5.03 f32a
foc_encoder_sincos_filter_constant | -5.03 f32a
foc_sensor_mode | mc_foc_sensor_mode
foc_pll_kp | f32a
foc_pll_ki | f32a
foc_motor_l | f32a | H
foc_motor_ld_lq_diff | f32a | H
foc_motor_r | f32a | Ω
foc_motor_flux_linkage | f32a | Wb
foc_observer_gain | f32a
foc_observer_gain_slow | f32a
foc_observer_offset | f16/1000
foc_duty_dowmramp_kp | f32a
foc_duty_dowmramp_ki | f32a
foc_start_curr_dec | 6.00- f16/10000
foc_start_curr_dec_rpm | 6.00- f32a
foc_openloop_rpm | f32a
foc_openloop_rpm_low | f16/1000
foc_d_gain_scale_start | -5.03 f32a, 6.00-6.06 f16/1000
foc_d_gain_scale_max_mod | -5.03 f32a, 6.00-6.06 f16/1000
foc_sl_openloop_hyst | f16/100 | s
foc_sl_openloop_time_lock | f16/100 | s
foc_sl_openloop_time_ramp | f16/100 | s
foc_sl_openloop_time | f16/100 | s
foc_sl_openloop_boost_q | 6.00- f16/100 | A
foc_sl_openloop_max_q | 6.00- f16/100 | A
foc_hall_table[0] | u8
foc_hall_table[1] | u8
foc_hall_table[2] | u8
foc_hall_table[3] | u8
foc_hall_table[4] | u8
foc_hall_table[5] | u8
foc_hall_table[6] | u8
foc_hall_table[7] | u8
foc_hall_interp_erpm | f32a
foc_sl_erpm_start | 6.05- f32a
foc_sl_erpm | f32a
foc_control_sample_mode | 6.05- mc_foc_control_sample_mode
foc_current_sample_mode | 6.05- mc_foc_current_sample_mode
foc_sample_v0_v7 | -6.02 bool
foc_sample_high_current | -6.02 bool
foc_sat_comp_mode | 6.00- SAT_COMP_MODE
foc_sat_comp | f16/1000
foc_temp_comp | bool
foc_temp_comp_base_temp | f16/100 | °C
foc_current_filter_const | f16/10000
foc_cc_decoupling | mc_foc_cc_decoupling_mode
foc_observer_type | mc_foc_observer_type
foc_hfi_amb_mode | 6.06- mc_foc_hfi_amb_mode
foc_hfi_amb_current | 6.06- f16/10 | A
foc_hfi_amb_tres | 6.06- u8 | %
foc_hfi_voltage_start | -5.03 f32a, 6.00- f16/10 | V
foc_hfi_voltage_run | -5.03 f32a, 6.00- f16/10 | V
foc_hfi_voltage_max | -5.03 f32a, 6.00- f16/10 | V
foc_hfi_gain | 6.00- f16/1000
foc_hfi_max_err | 6.05- f16/1000
foc_hfi_hyst | 6.00- f16/100 | A
foc_sl_erpm_hfi | f32a
foc_hfi_reset_erpm | 7.00- f32a
foc_hfi_start_samples | u16
foc_hfi_obs_ovr_sec | f32a | s
foc_hfi_samples | foc_hfi_samples
foc_offsets_cal_mode | 6.06- flags
foc_offsets_cal_on_boot | -6.05 bool
foc_offsets_current[0] | f32a
foc_offsets_current[1] | f32a
foc_offsets_current[2] | f32a
foc_offsets_voltage[0] | f16/10000 | V
foc_offsets_voltage[1] | f16/10000 | V
foc_offsets_voltage[2] | f16/10000 | V
foc_offsets_voltage_undriven[0] | f16/10000 | V
foc_offsets_voltage_undriven[1] | f16/10000 | V
foc_offsets_voltage_undriven[2] | f16/10000 | V
foc_phase_filter_enable | bool
foc_phase_filter_disable_fault | 6.00- bool
foc_phase_filter_max_erpm | f32a | ERPM
foc_mtpa_mode | MTPA_MODE
foc_fw_current_max | f32a | A
foc_fw_duty_start | f16/10000
foc_fw_ramp_time | f16/1000 | s
foc_fw_q_current_factor | f16/10000
foc_fw_backoff | 7.00- f16/1000
foc_speed_soure | 6.00-6.02 SPEED_SRC, 6.05- FOC_SPEED_SRC
foc_short_ls_on_zero_duty | 6.05- bool
foc_overmod_factor | 6.06- f16/10000
foc_mag_vd_max | 7.00- f16/10000
gpd_buffer_notify_left | -6.02 i16
gpd_buffer_interpol | -6.02 i16
gpd_current_filter_const | -6.02 f16/10000
gpd_current_kp | -6.02 f32a
gpd_current_ki | -6.02 f32a
sp_pid_loop_rate | PID_RATE
s_pid_kp | f32a
s_pid_ki | f32a
s_pid_kd | f32a
s_pid_kd_filter | f16/10000
s_pid_min_erpm | f32a
s_pid_allow_braking | bool
s_pid_ramp_erpms_s | f32a
s_pid_speed_source | 6.05- S_PID_SPEED_SRC
p_pid_kp | f32a
p_pid_ki | f32a
p_pid_kd | f32a
p_pid_kd_proc | f32a
p_pid_kd_filter | -5.03 f32a, 6.00- f16/10000
p_pid_ang_div | f32a
p_pid_gain_dec_angle | f16/10 | °
p_pid_offset | f32a | °
cc_startup_boost_duty | -5.03 f32a, 6.00- f16/10000
cc_min_current | f32a | A
cc_gain | f32a
cc_ramp_step_max | -5.03 f32a, 6.00- f16/10000
m_fault_stop_time_ms | i32 | ms
m_duty_ramp_step | -5.03 f32a, 6.00- f16/10000
m_current_backoff_gain | f32a
m_encoder_counts | u32
m_encoder_sin_amp | 6.00- f16/1000 | V
m_encoder_cos_amp | 6.00- f16/1000 | V
m_encoder_sin_offset | 6.00- f16/1000 | V
m_encoder_cos_offset | 6.00- f16/1000 | V
m_encoder_sincos_filter_constant | 6.00- f16/1000
m_encoder_sincos_phase_correction | 6.00- f16/1000 | °
m_sensor_port_mode | sensor_port_mode
m_invert_direction | bool
m_drv8301_oc_mode | drv8301_oc_mode
m_drv8301_oc_adj | u8
m_bldc_f_sw_min | f32a | Hz
m_bldc_f_sw_max | f32a | Hz
m_dc_f_sw | f32a | Hz
m_ntc_motor_beta | f32a | K
m_out_aux_mode | out_aux_mode
m_motor_temp_sens_type | temp_sensor_type
m_ptc_motor_coeff | f32a | %/K
m_ntcx_ptcx_res | 6.00- f16/0.1 | Ω
m_ntcx_ptcx_temp_base | 6.00- f16/10 | °C
m_hall_extra_samples | u8
m_batt_filter_const | 6.00- u8
si_motor_poles | u8
si_gear_ratio | f32a
si_wheel_diameter | f32a | m
si_battery_type | BATTERY_TYPE
si_battery_cells | u8
si_battery_ah | f32a | Ah
si_motor_nl_current | f32a | A
bms.type | BMS_TYPE
bms.limit_mode | 6.00- flags
bms.t_limit_start | -6.02 f16/100, 6.05- u8 | °C
bms.t_limit_end | -6.02 f16/100, 6.05- u8 | °C
bms.soc_limit_start | f16/1000
bms.soc_limit_end | f16/1000
bms.vmin_limit_start | 6.05- f16/1000 | V
bms.vmin_limit_end | 6.05- f16/1000 | V
bms.vmax_limit_start | 6.05- f16/1000 | V
bms.vmax_limit_end | 6.05- f16/1000 | V
bms.fwd_can_mode | BMS_FWD_CAN_MODE
`;
