/** The app configuration, in the form of the motor configuration. */
export const APPCONF = `
controller_id | u8
timeout_msec | u32 | ms
timeout_brake_current | f32a | A
can_status_rate_1 | 6.00- u16 | Hz
can_status_rate_2 | 6.00- u16 | Hz
can_status_msgs_r1 | 6.00- flags
can_status_msgs_r2 | 6.00- flags
send_can_status | -5.03 CAN_STATUS_MODE
send_can_status_rate_hz | -5.03 u16 | Hz
can_baud_rate | CAN_BAUD
pairing_done | bool
permanent_uart_enabled | bool
shutdown_mode | SHUTDOWN_MODE
can_mode | CAN_MODE
uavcan_esc_index | u8
uavcan_raw_mode | UAVCAN_RAW_MODE
uavcan_raw_rpm_max | f32a
uavcan_status_current_mode | 6.00- UAVCAN_STATUS_CURRENT_MODE
servo_out_enable | bool
kill_sw_mode | KILL_SW_MODE
app_to_use | app_use
app_ppm_conf.ctrl_type | ppm_control_type
app_ppm_conf.pid_max_erpm | f32a
app_ppm_conf.hyst | f32a
app_ppm_conf.pulse_start | f32a | ms
app_ppm_conf.pulse_end | f32a | ms
app_ppm_conf.pulse_center | f32a | ms
app_ppm_conf.median_filter | bool
app_ppm_conf.safe_start | SAFE_START_MODE
app_ppm_conf.throttle_exp | f32a
app_ppm_conf.throttle_exp_brake | f32a
app_ppm_conf.throttle_exp_mode | thr_exp_mode
app_ppm_conf.ramp_time_pos | f32a | s
app_ppm_conf.ramp_time_neg | f32a | s
app_ppm_conf.multi_esc | bool
app_ppm_conf.tc | bool
app_ppm_conf.tc_max_diff | f32a
app_ppm_conf.max_erpm_for_dir | f16/1
app_ppm_conf.smart_rev_max_duty | f32a
app_ppm_conf.smart_rev_ramp_time | f32a | s
app_adc_conf.ctrl_type | adc_control_type
app_adc_conf.hyst | f32a
app_adc_conf.voltage_start | -5.03 f32a, 6.00- f16/1000 | V
app_adc_conf.voltage_end | -5.03 f32a, 6.00- f16/1000 | V
app_adc_conf.voltage_min | 6.00- f16/1000 | V
app_adc_conf.voltage_max | 6.00- f16/1000 | V
app_adc_conf.voltage_center | -5.03 f32a, 6.00- f16/1000 | V
app_adc_conf.voltage2_start | -5.03 f32a, 6.00- f16/1000 | V
app_adc_conf.voltage2_end | -5.03 f32a, 6.00- f16/1000 | V
app_adc_conf.use_filter | bool
app_adc_conf.safe_start | SAFE_START_MODE
app_adc_conf.buttons | 6.00- flags
app_adc_conf.cc_button_inverted | -5.03 bool
app_adc_conf.rev_button_inverted | -5.03 bool
app_adc_conf.voltage_inverted | bool
app_adc_conf.voltage2_inverted | bool
app_adc_conf.throttle_exp | f32a
app_adc_conf.throttle_exp_brake | f32a
app_adc_conf.throttle_exp_mode | thr_exp_mode
app_adc_conf.ramp_time_pos | f32a | s
app_adc_conf.ramp_time_neg | f32a | s
app_adc_conf.multi_esc | bool
app_adc_conf.tc | bool
app_adc_conf.tc_max_diff | f32a
app_adc_conf.update_rate_hz | u16 | Hz
app_uart_baudrate | u32 | bps
app_chuk_conf.ctrl_type | chuk_control_type
app_chuk_conf.hyst | f32a
app_chuk_conf.ramp_time_pos | f32a | s
app_chuk_conf.ramp_time_neg | f32a | s
app_chuk_conf.stick_erpm_per_s_in_cc | f32a
app_chuk_conf.throttle_exp | f32a
app_chuk_conf.throttle_exp_brake | f32a
app_chuk_conf.throttle_exp_mode | thr_exp_mode
app_chuk_conf.multi_esc | bool
app_chuk_conf.tc | bool
app_chuk_conf.tc_max_diff | f32a
app_chuk_conf.use_smart_rev | bool
app_chuk_conf.smart_rev_max_duty | f32a
app_chuk_conf.smart_rev_ramp_time | f32a | s
app_chuk_conf.coast_brake_level | 7.00- f16/1000
app_chuk_conf.coast_brake_ramp_time | 7.00- f32a | s
app_nrf_conf.speed | NRF_SPEED
app_nrf_conf.power | NRF_POWER
app_nrf_conf.crc_type | NRF_CRC
app_nrf_conf.retry_delay | NRF_RETR_DELAY
app_nrf_conf.retries | u8
app_nrf_conf.channel | u8
app_nrf_conf.address[0] | u8
app_nrf_conf.address[1] | u8
app_nrf_conf.address[2] | u8
app_nrf_conf.send_crc_ack | bool
app_balance_conf.pid_mode | 6.00-6.02 BALANCE_PID_MODE
app_balance_conf.kp | -6.02 f32a
app_balance_conf.ki | -6.02 f32a
app_balance_conf.kd | -6.02 f32a
app_balance_conf.kp2 | 6.00-6.02 f32a
app_balance_conf.ki2 | 6.00-6.02 f32a
app_balance_conf.kd2 | 6.00-6.02 f32a
app_balance_conf.hertz | -6.02 u16 | Hz
app_balance_conf.loop_time_filter | -6.02 u16 | Hz
app_balance_conf.fault_pitch | -6.02 f32a | °
app_balance_conf.fault_roll | -6.02 f32a | °
app_balance_conf.fault_duty | -6.02 f32a
app_balance_conf.fault_adc1 | -6.02 f32a | V
app_balance_conf.fault_adc2 | -6.02 f32a | V
app_balance_conf.fault_delay_pitch | -6.02 u16 | ms
app_balance_conf.fault_delay_roll | -6.02 u16 | ms
app_balance_conf.fault_delay_duty | -6.02 u16 | ms
app_balance_conf.fault_delay_switch_half | -6.02 u16 | ms
app_balance_conf.fault_delay_switch_full | -6.02 u16 | ms
app_balance_conf.fault_adc_half_erpm | -6.02 u16 | ERPM
app_balance_conf.fault_is_dual_switch | 6.00-6.02 bool
app_balance_conf.tiltback_duty_angle | -6.02 f16/100 | °
app_balance_conf.tiltback_duty_speed | -6.02 f16/100 | °/s
app_balance_conf.tiltback_duty | -6.02 f16/1000
app_balance_conf.tiltback_hv_angle | -6.02 f16/100 | °
app_balance_conf.tiltback_hv_speed | -6.02 f16/100 | °/s
app_balance_conf.tiltback_hv | -6.02 f32a | V
app_balance_conf.tiltback_lv_angle | -6.02 f16/100 | °
app_balance_conf.tiltback_lv_speed | -6.02 f16/100 | °/s
app_balance_conf.tiltback_lv | -6.02 f32a | V
app_balance_conf.tiltback_return_speed | -6.02 f16/100 | °/s
app_balance_conf.tiltback_constant | -6.02 f32a | °
app_balance_conf.tiltback_constant_erpm | -6.02 u16 | ERPM
app_balance_conf.tiltback_variable | -6.02 f32a | °/1000 ERPM
app_balance_conf.tiltback_variable_max | -6.02 f32a | °
app_balance_conf.noseangling_speed | -6.02 f16/100 | °/s
app_balance_conf.startup_pitch_tolerance | -6.02 f32a | °
app_balance_conf.startup_roll_tolerance | -6.02 f32a | °
app_balance_conf.startup_speed | -6.02 f32a | °/s
app_balance_conf.deadzone | -6.02 f32a | °
app_balance_conf.multi_esc | -6.02 bool
app_balance_conf.yaw_kp | -6.02 f32a
app_balance_conf.yaw_ki | -6.02 f32a
app_balance_conf.yaw_kd | -6.02 f32a
app_balance_conf.roll_steer_kp | -6.02 f32a
app_balance_conf.roll_steer_erpm_kp | -6.02 f32a
app_balance_conf.brake_current | -6.02 f32a | A
app_balance_conf.brake_timeout | -6.02 u16 | s
app_balance_conf.yaw_current_clamp | -6.02 f32a | A
app_balance_conf.ki_limit | 6.00-6.02 f32a | A
app_balance_conf.kd_pt1_lowpass_frequency | -6.02 u16 | Hz
app_balance_conf.kd_pt1_highpass_frequency | -6.02 u16 | Hz
app_balance_conf.kd_biquad_lowpass | -5.03 f32a | Hz
app_balance_conf.kd_biquad_highpass | -5.03 f32a | Hz
app_balance_conf.booster_angle | -6.02 f32a | °
app_balance_conf.booster_ramp | -6.02 f32a | °
app_balance_conf.booster_current | -6.02 f32a | A
app_balance_conf.torquetilt_start_current | -6.02 f32a | A
app_balance_conf.torquetilt_angle_limit | -6.02 f32a | °
app_balance_conf.torquetilt_on_speed | -6.02 f32a | °/s
app_balance_conf.torquetilt_off_speed | -6.02 f32a | °/s
app_balance_conf.torquetilt_strength | -6.02 f32a | °/A
app_balance_conf.torquetilt_filter | -6.02 f32a | Hz
app_balance_conf.turntilt_strength | -6.02 f32a
app_balance_conf.turntilt_angle_limit | -6.02 f32a | °
app_balance_conf.turntilt_start_angle | -6.02 f32a | °
app_balance_conf.turntilt_start_erpm | -6.02 u16 | ERPM
app_balance_conf.turntilt_speed | -6.02 f32a | °/s
app_balance_conf.turntilt_erpm_boost | -6.02 u16 | %
app_balance_conf.turntilt_erpm_boost_end | -6.02 u16 | ERPM
app_pas_conf.ctrl_type | pas_control_type
app_pas_conf.sensor_type | pas_sensor_type
app_pas_conf.current_scaling | f16/1000
app_pas_conf.pedal_rpm_start | f16/10
app_pas_conf.pedal_rpm_end | f16/10
app_pas_conf.invert_pedal_direction | bool
app_pas_conf.magnets | u16
app_pas_conf.use_filter | bool
app_pas_conf.ramp_time_pos | f16/100 | s
app_pas_conf.ramp_time_neg | f16/100 | s
app_pas_conf.update_rate_hz | u16 | Hz
imu_conf.type | IMU_TYPE
imu_conf.mode | AHRS_MODE
imu_conf.filter | 6.00- IMU_FILTER
imu_conf.accel_lowpass_filter_x | 6.00- f16/1 | Hz
imu_conf.accel_lowpass_filter_y | 6.00- f16/1 | Hz
imu_conf.accel_lowpass_filter_z | 6.00- f16/1 | Hz
imu_conf.gyro_lowpass_filter | 6.00- f16/1 | Hz
imu_conf.sample_rate_hz | u16 | Hz
imu_conf.use_magnetometer | 6.00- bool
imu_conf.accel_confidence_decay | f32a
imu_conf.mahony_kp | f32a
imu_conf.mahony_ki | f32a
imu_conf.madgwick_beta | f32a
imu_conf.rot_roll | f32a | °
imu_conf.rot_pitch | f32a | °
imu_conf.rot_yaw | f32a | °
imu_conf.accel_offsets[0] | f32a | g
imu_conf.accel_offsets[1] | f32a | g
imu_conf.accel_offsets[2] | f32a | g
imu_conf.gyro_offsets[0] | f32a | °/s
imu_conf.gyro_offsets[1] | f32a | °/s
imu_conf.gyro_offsets[2] | f32a | °/s
`;
