add_library(search_bench STATIC
  ${CMAKE_CURRENT_LIST_DIR}/baseline_bm25.cpp
  ${CMAKE_CURRENT_LIST_DIR}/search_metrics.cpp
  ${CMAKE_CURRENT_LIST_DIR}/search_trial.cpp
  ${CMAKE_CURRENT_LIST_DIR}/tool_corpus.cpp
  ${CMAKE_CURRENT_LIST_DIR}/tuning_knobs.cpp)
target_link_libraries(search_bench PUBLIC search protocol)
add_executable(search_quality ${CMAKE_CURRENT_LIST_DIR}/search_quality_main.cpp)
target_link_libraries(search_quality PRIVATE search_bench)
add_executable(search_speed ${CMAKE_CURRENT_LIST_DIR}/search_speed_main.cpp)
target_link_libraries(search_speed PRIVATE search_bench)
add_executable(search_context ${CMAKE_CURRENT_LIST_DIR}/search_context_main.cpp)
target_link_libraries(search_context PRIVATE search_bench)
