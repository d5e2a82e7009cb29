using NodeGuard.Core.Routing.Recovery;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// The ledger's file. Losing it costs what an agent restart could have known, never the guarding itself, so every
/// failure is a sentence for the status.
/// </summary>
public sealed class LedgerStore
{
    private readonly string _directory;
    private readonly string _path;

    public LedgerStore(string stateDirectory)
    {
        _directory = stateDirectory;
        _path = Path.Combine(stateDirectory, "ledger");
    }

    /// <summary>Null when there is none; a damaged one is kept beside it for people and told.</summary>
    public LedgerReading? Read()
    {
        try
        {
            LedgerReading reading = LedgerCodec.Read(File.ReadAllBytes(_path));
            if (reading is LedgerReading.Damaged)
            {
                SetAside("damaged");
            }

            return reading;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LedgerReading.Damaged($"it cannot be read: {e.Message}");
        }
    }

    /// <summary>Keeps a ledger that is not used under another name; only the newest of each reason.</summary>
    public void SetAside(string reason)
    {
        try
        {
            File.Move(_path, $"{_path}.{reason}", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It will be overwritten by the next save; nothing depends on the copy.
        }
    }

    /// <summary>Writes beside the file and renames over it; returns a sentence on failure, or null.</summary>
    public string? Write(byte[] ledger)
    {
        string temporary = _path + ".new";
        try
        {
            Directory.CreateDirectory(_directory);
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(ledger);
            }

            // No fsync: the ledger is bound to this boot, and a rename is seen whole by every process of the same boot.
            File.Move(temporary, _path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the ledger cannot be saved to {_path} ({e.Message}): guarding goes on, but a restarted agent starts from what lives; free space or make the directory writable";
        }
    }
}
