# Reads the tree and holds it to the house rules.
add_executable(tidy_test ${CMAKE_CURRENT_LIST_DIR}/tidy_test.cpp)
target_link_libraries(tidy_test PRIVATE project_options Catch2::Catch2WithMain)
target_compile_definitions(tidy_test PRIVATE MCPTRUNK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
catch_discover_tests(tidy_test TEST_PREFIX "tidy: " DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)
