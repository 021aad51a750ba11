@echo off
rem Runs the command line: on the editor's own Node where a terminal says which that is, else on node.
setlocal
if defined VESC_NODE if exist "%VESC_NODE%" (
  set ELECTRON_RUN_AS_NODE=1
  "%VESC_NODE%" "%~dp0..\dist\cli.js" %*
  exit /b
)
node "%~dp0..\dist\cli.js" %*
