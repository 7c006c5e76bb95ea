using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>What we use of libmongoc (https://mongoc.org/libmongoc/current/), the same in 1.x and 2.x. Every call may block.</summary>
internal static unsafe partial class Libmongoc
{
    public const int ErrorApi = 2;
    public const int ReadPrimary = 1;

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_init")]
    public static partial void Init();

    public static string Version() => Marshal.PtrToStringUTF8((nint)GetVersion()) ?? "";

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_get_version")]
    private static partial byte* GetVersion();

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_log_set_handler")]
    public static partial void SetLogHandler(delegate* unmanaged[Cdecl]<int, byte*, byte*, void*, void> handler, void* state);

    // Addresses

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_new_with_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial UriHandle NewUri(string uri, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_destroy")]
    public static partial void DestroyUri(nint uri);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_get_database")]
    public static partial byte* UriDatabase(UriHandle uri);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_set_appname", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool SetAppName(UriHandle uri, string name);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_has_option", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasOption(UriHandle uri, string name);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_get_option_as_int32", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetOption(UriHandle uri, string name, int fallback);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_set_option_as_int32", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool SetOption(UriHandle uri, string name, int value);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_set_write_concern")]
    public static partial void SetWriteConcern(UriHandle uri, nint concern);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_write_concern_new")]
    public static partial nint NewWriteConcern();

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_write_concern_set_wmajority")]
    public static partial void SetMajority(nint concern, int milliseconds);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_write_concern_destroy")]
    public static partial void DestroyWriteConcern(nint concern);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_uri_set_read_prefs_t")]
    public static partial void SetReadPreference(UriHandle uri, nint preference);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_read_prefs_new")]
    public static partial nint NewReadPreference(int mode);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_read_prefs_destroy")]
    public static partial void DestroyReadPreference(nint preference);

    // Clients

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_new_with_error")]
    public static partial PoolHandle NewPool(UriHandle uri, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_destroy")]
    public static partial void DestroyPool(nint pool);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_set_error_api")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool SetErrorApi(PoolHandle pool, int version);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_pop")]
    public static partial nint Pop(PoolHandle pool);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_push")]
    public static partial void Push(PoolHandle pool, nint client);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_get_collection", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CollectionHandle GetCollection(nint client, string database, string collection);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_destroy")]
    public static partial void DestroyCollection(nint collection);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_read_command_with_opts", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool Read(nint client, string database, nint command, nint preference, nint options, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_write_command_with_opts", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool Write(nint client, string database, nint command, nint options, nint reply, out BsonError error);

    // Collections. Of writes, those through these calls are tried again by the driver itself; a command isn't.

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_insert_one")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool InsertOne(CollectionHandle collection, nint document, nint options, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_insert_many")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool InsertMany(CollectionHandle collection, nint* documents, nuint count, nint options, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_replace_one")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ReplaceOne(CollectionHandle collection, nint selector, nint replacement, nint options, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_delete_many")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool DeleteMany(CollectionHandle collection, nint selector, nint options, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_find_with_opts")]
    public static partial CursorHandle Find(CollectionHandle collection, nint filter, nint options, nint preference);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_cursor_next")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool Next(CursorHandle cursor, out nint document);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_cursor_error_document")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasFailed(CursorHandle cursor, out BsonError error, out nint reply);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_cursor_destroy")]
    public static partial void DestroyCursor(nint cursor);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_collection_watch")]
    public static partial ChangeStreamHandle Watch(CollectionHandle collection, nint pipeline, nint options);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_change_stream_next")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool Next(ChangeStreamHandle stream, out nint change);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_change_stream_error_document")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasFailed(ChangeStreamHandle stream, out BsonError error, out nint reply);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_change_stream_destroy")]
    public static partial void DestroyChangeStream(nint stream);

    // Sessions

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_start_session")]
    public static partial SessionHandle StartSession(nint client, nint options, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_session_destroy")]
    public static partial void DestroySession(nint session);

    /// <summary>Names the session in the options of a call.</summary>
    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_session_append")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool AppendSession(SessionHandle session, nint options, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_session_start_transaction")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool StartTransaction(SessionHandle session, nint options, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_session_commit_transaction")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool CommitTransaction(SessionHandle session, nint reply, out BsonError error);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_session_abort_transaction")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool AbortTransaction(SessionHandle session, out BsonError error);

    // Events

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_callbacks_new")]
    public static partial nint NewCallbacks();

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_callbacks_destroy")]
    public static partial void DestroyCallbacks(nint callbacks);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_client_pool_set_apm_callbacks")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool SetCallbacks(PoolHandle pool, nint callbacks, void* state);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_set_command_succeeded_cb")]
    public static partial void OnCommandSucceeded(nint callbacks, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_set_command_failed_cb")]
    public static partial void OnCommandFailed(nint callbacks, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_command_succeeded_get_command_name")]
    public static partial byte* SucceededName(nint succeeded);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_command_succeeded_get_duration")]
    public static partial long SucceededMicroseconds(nint succeeded);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_command_failed_get_command_name")]
    public static partial byte* FailedName(nint failed);

    [LibraryImport(MongoLibrary.Driver, EntryPoint = "mongoc_apm_command_failed_get_duration")]
    public static partial long FailedMicroseconds(nint failed);
}
