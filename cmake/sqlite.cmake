# SQLite, as the target `skep_sqlite`: the amalgamation that the crate libsqlite3-sys carries, with options of our own.
#
# Debian 12's 3.40 can corrupt a WAL database that two connections write or checkpoint at once; 3.51.3 and later cannot.
set(manifest ${CMAKE_SOURCE_DIR}/src/store/sqlite/Cargo.toml)
execute_process(COMMAND ${SKEP_CARGO} metadata --locked --format-version 1 --manifest-path ${manifest}
                WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/src/store/sqlite
                OUTPUT_VARIABLE metadata ERROR_VARIABLE complaint RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "cargo could not fetch SQLite's source (libsqlite3-sys), which the store needs: ${complaint}")
endif()
string(REGEX MATCH "\"manifest_path\":\"([^\"]*libsqlite3-sys[^\"]*)/Cargo.toml\"" found "${metadata}")
set(sqlite_source ${CMAKE_MATCH_1}/sqlite3)

add_library(skep_sqlite STATIC ${sqlite_source}/sqlite3.c)
target_include_directories(skep_sqlite SYSTEM PUBLIC ${sqlite_source})
# A connection may move between threads, never be used by two at once (THREADSAFE=2).
target_compile_definitions(skep_sqlite PUBLIC SQLITE_THREADSAFE=2 SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_DEPRECATED
    SQLITE_OMIT_SHARED_CACHE PRIVATE SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_DQS=0 SQLITE_MAX_MMAP_SIZE=0
    SQLITE_DEFAULT_FOREIGN_KEYS=1 SQLITE_DEFAULT_WAL_SYNCHRONOUS=2 SQLITE_DEFAULT_SYNCHRONOUS=2
    SQLITE_ENABLE_MATH_FUNCTIONS SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_USE_ALLOCA
    SQLITE_TEMP_STORE=1 SQLITE_DEFAULT_LOOKASIDE=1200,64)
target_compile_options(skep_sqlite PRIVATE -w -ffile-prefix-map=${sqlite_source}=sqlite ${SKEP_PROFILE_OPTIONS})
# One file of 270,000 lines: what a sanitizer adds makes -O2 take many minutes. Undefined behaviour of SQLite's own is
# not ours to find.
if(SKEP_SANITIZE OR SKEP_FUZZ)
    target_compile_options(skep_sqlite PRIVATE -O1 -fno-omit-frame-pointer)
else()
    target_compile_options(skep_sqlite PRIVATE -O2)
endif()
if(SKEP_SANITIZE MATCHES "address")
    target_compile_options(skep_sqlite PRIVATE -fsanitize=address)
elseif(SKEP_SANITIZE MATCHES "thread")
    target_compile_options(skep_sqlite PRIVATE -fsanitize=thread)
endif()
if(SKEP_FUZZ)
    target_compile_options(skep_sqlite PRIVATE -fsanitize=fuzzer-no-link)
endif()
if(SKEP_DIST)
    target_compile_options(skep_sqlite PRIVATE -flto=thin)
endif()
