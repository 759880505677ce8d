# The production-scale test: the seven areas on the 159-server demo configuration.
add_library(scale STATIC ${CMAKE_CURRENT_LIST_DIR}/metric.cpp ${CMAKE_CURRENT_LIST_DIR}/client.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_watch.cpp ${CMAKE_CURRENT_LIST_DIR}/scale_config.cpp
  ${CMAKE_CURRENT_LIST_DIR}/run.cpp ${CMAKE_CURRENT_LIST_DIR}/configuration_area.cpp
  ${CMAKE_CURRENT_LIST_DIR}/state_area.cpp ${CMAKE_CURRENT_LIST_DIR}/group_area.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_area.cpp ${CMAKE_CURRENT_LIST_DIR}/discovery_area.cpp
  ${CMAKE_CURRENT_LIST_DIR}/memory_area.cpp ${CMAKE_CURRENT_LIST_DIR}/persistence_area.cpp)
target_link_libraries(scale PUBLIC daemon_bench proxy_config dep_httplib)
target_precompile_headers(scale REUSE_FROM pch)
add_executable(production_scale ${CMAKE_CURRENT_LIST_DIR}/production_scale_main.cpp)
target_link_libraries(production_scale PRIVATE scale dep_cli11)
add_dependencies(production_scale mcptrunk mcptrunk-child mcptrunk-fixture mcptrunk-demo-config)
add_executable(scale_test ${CMAKE_CURRENT_LIST_DIR}/metric_test.cpp)
target_link_libraries(scale_test PRIVATE scale Catch2::Catch2WithMain)
target_precompile_headers(scale_test REUSE_FROM test_pch)
catch_discover_tests(scale_test TEST_PREFIX "e2e/scale: "
  DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 120)
add_test(NAME "e2e: production scale, short" COMMAND production_scale --short --promises-only)
set_tests_properties("e2e: production scale, short" PROPERTIES LABELS e2e TIMEOUT 600)
