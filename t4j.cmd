@echo off
rem t4j for Windows: builds on first use, then runs the JVM. After a change of the sources run: mvnw -DskipTests package
setlocal
set "ROOT=%~dp0"
set "JAR=%ROOT%cli\target\t4j.jar"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
  echo t4j: no java found: install a JDK 17 or newer, or set JAVA_HOME to one. 1>&2
  exit /b 1
)

if not exist "%JAR%" (
  echo t4j: building on first use ... 1>&2
  pushd "%ROOT%"
  call mvnw.cmd -q -B -DskipTests -Dspotless.check.skip package -pl cli -am 1>&2
  if errorlevel 1 (
    popd
    echo t4j: the build failed; its messages are above. 1>&2
    exit /b 1
  )
  popd
)

if not defined OMP_NUM_THREADS set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
if not defined OPENBLAS_NUM_THREADS set "OPENBLAS_NUM_THREADS=1"

"%JAVA%" -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Djava.awt.headless=true "-Dt4j.home=%ROOT%." %T4J_JAVA_OPTS% -jar "%JAR%" %*
