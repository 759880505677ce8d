# Load on the proxy and the reference it is measured against.
add_library(load_bench STATIC ${CMAKE_CURRENT_LIST_DIR}/histogram.cpp
  ${CMAKE_CURRENT_LIST_DIR}/response_reader.cpp ${CMAKE_CURRENT_LIST_DIR}/call_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_reader.cpp
  ${CMAKE_CURRENT_LIST_DIR}/load.cpp)
target_link_libraries(load_bench PUBLIC base)
add_executable(load_generator ${CMAKE_CURRENT_LIST_DIR}/load_main.cpp)
target_link_libraries(load_generator PRIVATE load_bench dep_cli11)
add_executable(bare_hop ${CMAKE_CURRENT_LIST_DIR}/bare_hop_main.cpp)
target_link_libraries(bare_hop PRIVATE base dep_llhttp)
add_executable(bench_child ${CMAKE_CURRENT_LIST_DIR}/bench_child_main.cpp)
target_link_libraries(bench_child PRIVATE project_options)
add_executable(http_bench ${CMAKE_CURRENT_LIST_DIR}/http_bench_main.cpp)
target_link_libraries(http_bench PRIVATE proxy_http)
add_executable(load_bench_test ${CMAKE_CURRENT_LIST_DIR}/load_test.cpp)
target_link_libraries(load_bench_test PRIVATE load_bench proxy_http Catch2::Catch2WithMain)
target_precompile_headers(load_bench_test REUSE_FROM test_pch)
catch_discover_tests(load_bench_test TEST_PREFIX "e2e/bench: "
  DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 120)
# The daemon under measurement.
add_library(daemon_bench STATIC ${CMAKE_CURRENT_LIST_DIR}/program.cpp
  ${CMAKE_CURRENT_LIST_DIR}/daemon.cpp)
target_link_libraries(daemon_bench PUBLIC base)
add_executable(bench_calls ${CMAKE_CURRENT_LIST_DIR}/bench_calls_main.cpp)
target_link_libraries(bench_calls PRIVATE daemon_bench dep_cli11)
add_dependencies(bench_calls bare_hop load_generator mcptrunk-fixture bench_child)
add_executable(start_bench ${CMAKE_CURRENT_LIST_DIR}/start_bench_main.cpp)
target_link_libraries(start_bench PRIVATE daemon_bench dep_httplib dep_cli11)
add_dependencies(start_bench mcptrunk mcptrunk-child mcptrunk-fixture mcptrunk-demo-config)

# A sanitizer has an allocator of its own.
if(NOT MCPTRUNK_SANITIZE)
  add_library(allocation_counter SHARED ${CMAKE_CURRENT_LIST_DIR}/allocation_counter.cpp)
  target_link_libraries(allocation_counter PRIVATE project_options)
  set_target_properties(allocation_counter PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  add_executable(steady_state_bench_test ${CMAKE_CURRENT_LIST_DIR}/steady_state_test.cpp)
  target_link_libraries(steady_state_bench_test PRIVATE load_bench daemon_bench
    Catch2::Catch2WithMain)
  target_precompile_headers(steady_state_bench_test REUSE_FROM test_pch)
  add_dependencies(steady_state_bench_test allocation_counter mcptrunk mcptrunk-child
    mcptrunk-fixture)
  catch_discover_tests(steady_state_bench_test TEST_PREFIX "e2e/bench: "
    DISCOVERY_MODE PRE_TEST PROPERTIES LABELS e2e TIMEOUT 300)
endif()
