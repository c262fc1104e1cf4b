namespace Waybill.Core.Notifications;

/// <summary>The mail server that everything is handed to.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="StartTls">Whether the connection must be encrypted before anything is said; a server without STARTTLS gets nothing then.</param>
/// <param name="User">Who signs in; null for nobody.</param>
/// <param name="PasswordFile">The file that holds the password on its first line; read for each connection, so that a new one needs no restart.</param>
public sealed record SmtpOptions(string Host, int Port, bool StartTls, string? User, string? PasswordFile);
